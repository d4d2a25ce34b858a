package postgres_test
import ("testing";"crypto/rand";"fmt";"time";"tocsin/internal/testkit/pgtest")
func TestStorageVariants(t *testing.T){
 for _,v:=range []string{"EXTERNAL","EXTENDED","MAIN","EXTENDED COMPRESSION lz4"}{
  c:=dial(t,pgtest.Database(t)); ctx:=t.Context()
  ex:=func(q string,a ...any){ if _,err:=c.Exec(ctx,q,a...);err!=nil{t.Log(v,err)} }
  ex("CREATE TABLE bundle(place bigint primary key, entries bytea not null)")
  if v=="EXTENDED COMPRESSION lz4" { ex("ALTER TABLE bundle ALTER COLUMN entries SET COMPRESSION lz4") } else { ex("ALTER TABLE bundle ALTER COLUMN entries SET STORAGE "+v) }
  const n=3906
  b:=make([]byte,8448); rand.Read(b)
  t0:=time.Now()
  tx,_:=c.Begin(ctx)
  for i:=0;i<n;i++ { for j:=0;j<256;j++ { b[j*33]=1; rand.Read(b[j*33+1:j*33+33]) }; if _,err:=tx.Exec(ctx,"INSERT INTO bundle VALUES($1,$2)",int64(i),b);err!=nil{t.Fatal(err)} }
  tx.Commit(ctx)
  ins:=time.Since(t0); ex("VACUUM bundle")
  var size,toast int64
  c.QueryRow(ctx,"select pg_total_relation_size('bundle')").Scan(&size)
  c.QueryRow(ctx,"select pg_relation_size(reltoastrelid) from pg_class where relname='bundle'").Scan(&toast)
  best:=time.Hour
  for range 5 { t0=time.Now(); rows,err:=c.Query(ctx,"SELECT entries FROM bundle ORDER BY place"); if err!=nil{t.Fatal(err)}; var e []byte; for rows.Next(){ rows.Scan(&e) }; rows.Close(); best=min(best,time.Since(t0)) }
  fmt.Printf("%-26s %.2f bytes/leaf (toast heap %.2f) insert %v scan %v\n",v,float64(size)/n/256,float64(toast)/n/256,ins,best)
 }
}
