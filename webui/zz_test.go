package webui
import ("testing";"tocsin/coordination";"context";"fmt")
func TestZZ(t *testing.T){
 o:=shared(); p,org:=theCast(); n:=names{p,org}
 pl,err:=o.desk.Plan(context.Background(), n.reader("lin"), o.line, coordination.PlanOptions{})
 if err!=nil {t.Fatal(err)}
 for _,x:=range pl.Plan.Prohibitions { fmt.Println(x.Rule,x.Party,x.Of,x.State) }
 for _,x:=range pl.Plan.Duties { if x.State!="not-scheduled" {fmt.Println(x.ID,x.State,x.Due) }}
 s,err:=o.desk.See(context.Background(), n.reader("jonas"), o.line)
 fmt.Println(err); if s!=nil {fmt.Printf("%+v %+v\n",s.View,s.May["see"])}
}
