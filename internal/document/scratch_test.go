package document
import ("testing";"strings";"time";"fmt";"runtime")
func TestScratch(t *testing.T){
 n:=16<<20
 rep:=func(s string) string { return strings.Repeat(s, n/len(s)) }
 for name, data := range map[string]string{
  "list": "a:\n"+rep("- a\n")[:n-10],
  "keys": func() string { var b strings.Builder; for i:=0; b.Len()<n-20; i++ { fmt.Fprintf(&b,"k%d: 1\n",i)}; return b.String()}(),
  "flowbr": rep("["), "blockdash": rep("- ")[:n-2], "flowmap": rep("{a: ")[:n-4],
  "indent": func() string { var b strings.Builder; for i:=0; b.Len()<n-20000; i++ { b.WriteString(strings.Repeat(" ",i)+"a:\n")}; return b.String()}(),
  "question": rep("? ")[:n-2], "jsonlist": `{"a":[`+strings.Repeat("1,",n/2-10)+`1]}`, "jsonmap": `{"a":[`+strings.Repeat("{},",n/3-10)+`1]}`,
  "jsondeep": rep(`{"a":`)[:n-6], "str": "a: \""+strings.Repeat("x",n-10)+"\"", "comments": rep("# a\n"), "anchors": "a: ["+strings.Repeat("&a x,", n/5-5)+"]",
  "docs": rep("---\n"), "blank": rep(" \n"), "tabs": "a:\n"+rep("\t")[:n-10], "quote": "a: '"+rep("''")[:n-10]+"'", "colon": rep("a:"), "bigkey": rep("x")[:n-5]+": 1",
  "flowinline": "a: ["+strings.Repeat("a: b,", n/5-5)+"]", "flowcolon": "a: ["+strings.Repeat("a,", n/2-5)+"]",
  "flowdeepq": "a: ["+strings.Repeat("\"a\",", n/4-5)+"]", "tag": "a: "+rep("!")[:n-10], "multi": "a: |\n"+strings.Repeat("  x\n", n/4-5), "fold": "a: >\n"+strings.Repeat("  x\n\n", n/5-5), "plain": "a: "+strings.Repeat("x\n ", n/3-5),
  "unclosedflow": "a: ["+strings.Repeat("b\n,", n/3-5), "bang": "%YAML 1.1\n"+rep("%X a\n"),
 } {
  if len(data)>n { data=data[:n] }
  var m0,m1 runtime.MemStats; runtime.GC(); runtime.ReadMemStats(&m0)
  t0:=time.Now(); _,err:=Parse("f",[]byte(data),Limits{}); 
  runtime.ReadMemStats(&m1)
  s:=fmt.Sprint(err); if len(s)>150 {s=s[:150]}
  fmt.Printf("%-12s %8.2fs alloc %6d MB  %s\n", name, time.Since(t0).Seconds(), (m1.TotalAlloc-m0.TotalAlloc)>>20, s)
 }
}
