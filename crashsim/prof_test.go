package crashsim
import ("testing";"context")
func BenchmarkTrial(b *testing.B){
 s:=build(b,0); w:=s.after(s.image); p,err:=w.start(context.Background(), w.disk.Boot(Plan{})); if err!=nil{b.Fatal(err)}
 b.Run("look",func(b *testing.B){ for b.Loop(){ s.look(context.Background(),p)}})
 b.Run("auditLog",func(b *testing.B){ for b.Loop(){ s.auditLog(context.Background(),p)}})
 b.Run("keeperAudit",func(b *testing.B){ for b.Loop(){ p.keeper.Audit(context.Background(),nil)}})
 b.Run("trial",func(b *testing.B){ for b.Loop(){ s.trial(context.Background(),p.store,true)}})
}
