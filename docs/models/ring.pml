/* SPDX-License-Identifier: Apache-2.0

   The ring of io.ipcq.queue.Ring, in every interleaving of two producers, two consumers, one who shuts down and one who
   asks for the size, with kills before any statement, and stops anywhere (a stopped process is one that is not scheduled).

   A record at p is [stamp][length, number][payload]; the stamp carries position and kind and is the publication. tail, count
   and shut follow it, and are right whenever the mutex is free; who takes the mutex over from the dead makes them right first.
   Positions count words; a header is 2 words.

   What is asserted: an element whose put returned is taken, once, and whole; who finds the ring empty
   is right at that instant; nothing comes after closed; a size and an end are those of one instant; the words of a healthy
   ring never seem damaged to one who opens it; nobody is stuck.

   Packages spin and gcc; T is the time limit in seconds, rc=124 means that it was reached.
     T=1800 bash run.sh ring.pml         1 + 2 puts, 2 consumers, 1 kill
     T=1800 bash run.sh ring.pml "-DQS -DONEC"     and one who asks for the size
     T=1800 bash run.sh ring.pml "-DEARLYSHUT"     shutdown at any time
     T=1800 bash run.sh ring.pml "-DKILLS=2 -DONEC"
     T=1800 bash run.sh ring.pml "-DBATCH"         the 2 puts are one batch
     T=1800 bash run.sh ring.pml "-DLAPS"          1 put and a batch that goes round the ring twice, 1 consumer, 1 kill
     T=1800 bash run.sh ring.pml "-DLAPS -DP1=0 -DQN=1 -DQS"    the batch, and one who asks for the size,
     T=1800 bash run.sh ring.pml "-DLAPS -DP1=0 -DQN=1 -DQE"    or looks for the end,
     T=1800 bash run.sh ring.pml "-DLAPS -DP1=0 -DQN=1 -DQO"    or opens the ring
   Planted faults, each of which must be found with "-DFAULT -DQS -DONEC -DEARLYSHUT":
     -DHDR=0 -DTAILFIRST -DPADLATE -DCOUNTFIRST -DNOREPAIR -DNOCLOSEDCHECK -DPLAINSTAMP -DNOCOUNTREPAIR -DNOSHUTREPAIR
     -DUNLOCKEARLY
   with both consumers -DNOREREAD, and -DTAILSTAYS with -DLAPS, or without a death with "-DLAPS -DP1=0 -DQN=1 -DKILLS=0" and -DQE
   or -DQO. Memory is sequentially consistent here: orderings are argued in Ring. */
#ifdef LAPS
#define BATCH
#define ONEC
#define P2 5
#endif
#ifndef CAP
#define CAP 12
#endif
#ifndef KILLS
#define KILLS 1
#endif
#ifndef HDR
#define HDR 2
#endif
#ifndef QN
#define QN 2
#endif
#ifndef P1
#define P1 1
#endif
#ifndef P2
#define P2 2
#endif
#ifndef SZ
#define SZ(p,k) (4+2*((p+k)%2))
#endif
#define AT(x) m[(x)%CAP]
#ifdef PLAINSTAMP
#define COM(p) 1000
#define PAD(p) 1001
#define CLO(p) 1002
#else
#define COM(p) (1000+4*(p))
#define PAD(p) (1001+4*(p))
#define CLO(p) (1002+4*(p))
#endif
#define WRAP(p) ((p)+CAP-(p)%CAP)
#define N(w) ((w)/16)
#define L(w) ((w)%16)
#define OKLEN(p,l) (((l)==4||(l)==6)&&(p)%CAP+(l)<=CAP)
#define STAMPED(p) (AT(p)==COM(p)||AT(p)==PAD(p)||AT(p)==CLO(p))

short m[CAP]; byte head, tail, count, mtx; bool shut;
byte hs[3]; /* what each producer has seen of head */
bool dead[7], rel[7], pfin[7]; byte kills;
/* ghosts: what was put, returned, taken; gt is the true end */
bool ret[16], pub[16], taken[16]; byte npub, ntaken, gt; bool closed;

/* the kernel drops the lock of the dead some time later; who takes the mutex over from the dead is told so, and repairs;
   t becomes the end */
inline lock(p) {
  atomic { (mtx==0 || rel[mtx]) -> r=(mtx!=0); mtx=p };
  t=tail;
#ifndef NOREPAIR
  if :: r -> repair() :: else fi;
#endif
  atomic { r=0; assert(t==gt) } }

/* t and tail become the end of what is stamped */
inline repair() {
  it=0;
  do :: AT(t)==COM(t) -> assert(OKLEN(t,L(AT(t+1))));
#ifndef NOCOUNTREPAIR
        count=N(AT(t+1))+1;
#endif
        t=t+L(AT(t+1)); tail=t; it++
     :: AT(t)==PAD(t) -> t=WRAP(t); tail=t; it++
     :: else -> break od;
#ifndef NOSHUTREPAIR
  shut=(AT(t)==CLO(t));
#endif
  assert(it<=3); it=0 }

/* t and n are the words tail and count, in registers until the end of the batch */
proctype Prod(byte p; byte cnt) {
  byte k, t, q, sz, e, it, a; short n; bool r;
  { do :: k<cnt ->
A:    lock(p);
#ifndef NOCLOSEDCHECK
      if :: shut -> goto S :: else fi;
#endif
      n=count; assert(n==npub);
B:    atomic { e = p*4+k+1; sz = SZ(p,k); q = (CAP-t%CAP < sz -> WRAP(t) : t) };
      if :: q+sz+HDR-hs[p] > CAP -> hs[p]=head;
#ifndef TAILSTAYS
              if :: hs[p]>tail -> assert(a>0); count=n; tail=t :: else fi
#endif
         :: else fi;
      if :: q+sz+HDR-hs[p] > CAP ->
              if :: a>0 -> goto E
                 :: else -> mtx=0; atomic { (q+sz+HDR-head <= CAP || tail!=t || STAMPED(t)); t=0;q=0;n=0 }; goto A fi
         :: else fi;
      if :: q!=t ->
#ifndef PADLATE
              atomic { AT(t)=PAD(t); gt=q }
#else
              tail=q; atomic { AT(t)=PAD(t); gt=q }
#endif
         :: else fi;
      AT(q+1)=n*16+sz; AT(q+2)=e; AT(q+3)=e;
      if :: sz==6 -> AT(q+4)=e; AT(q+5)=e :: else fi;
#ifdef COUNTFIRST
      count=n+1;
#endif
#ifdef TAILFIRST
      tail=q+sz;
#endif
      atomic { assert(!closed); AT(q)=COM(q); npub++; pub[e]=1; gt=q+sz; n=n+1; t=q+sz; k++; a++ };
#ifdef BATCH
      if :: k<cnt -> goto B :: else fi;
#endif
E:
#ifdef UNLOCKEARLY
      mtx=0;
#endif
      count=n;
      tail=t;
      mtx=0;
      atomic { do :: a>0 -> ret[p*4+k-a+1]=1; a-- :: else -> break od; e=0;t=0;q=0;sz=0;n=0 }
    :: k>=cnt -> break od; goto F;
S:  mtx=0;
F:  pfin[p]=1 } unless { dead[p] } }

proctype Shut(byte p) { byte t, it; bool r;
  {
#ifndef EARLYSHUT
    ((pfin[1]||dead[1]) && (pfin[2]||dead[2]));
#endif
    lock(p);
    if :: !shut -> assert(t+2-head<=CAP); atomic { AT(t)=CLO(t); closed=1 }; shut=1 :: else fi;
    mtx=0; pfin[p]=1 } unless { dead[p] } }

proctype Cons(byte p) {
  byte h,g; short s,sz,v,w;
  { do
    :: atomic{h=0;g=0;s=0;sz=0;v=0;w=0};
       h=head; atomic { s=AT(h); g=npub-ntaken };
       if
       :: s==PAD(h) -> atomic { if :: head==h -> head=WRAP(h) :: else fi }
       :: s==CLO(h) -> assert(closed && g==0); break
       :: s==COM(h) -> g=0; sz=L(AT(h+1));
          if :: !OKLEN(h,sz) -> assert(head!=h) :: else ->
            v=AT(h+2); w=AT(h+sz-1);
            atomic { if :: head==h -> assert(v==w && v>0 && v<16 && pub[v]); assert(!taken[v]); taken[v]=1; ntaken++; head=h+sz :: else fi }
          fi
       :: else ->
#ifndef NOREREAD
          if :: head==h -> assert(g==0) :: else fi;
#else
          assert(g==0);
#endif
          atomic { g=0;s=0; (head!=h || STAMPED(h)) }
       fi
    od; pfin[p]=1 } unless { dead[p] } }

/* size(): what lies between the number of the first record and the number behind the last; true at the last stamp read */
proctype Size() { byte h,f,t,r; short a,b,g,s;
  do :: r<QN ->
     h=head; f=h;
     do :: atomic { s=AT(f); g=npub-ntaken };
           if :: s==PAD(f) && f<h+CAP -> f=WRAP(f) :: else -> break fi od;
     if :: s!=COM(f) -> atomic { if :: head==h -> assert(g==0) :: else fi }
        :: else ->
          a=N(AT(f+1));
          t=tail; b=count;
          if :: t<f -> t=f :: else fi;
          do :: atomic { s=AT(t); g=npub-ntaken };
                if :: s==PAD(t) -> t=WRAP(t)
                   :: s==COM(t) -> s=AT(t+1); if :: OKLEN(t,L(s)) -> b=N(s)+1; t=t+L(s) :: else -> assert(head!=h); goto R fi
                   :: else -> break fi od;
          atomic { if :: head==h -> assert(b-a==g) :: else fi }
     fi;
R:   atomic { r++; h=0;f=0;t=0;a=0;b=0;g=0;s=0 }
  :: else -> break od }

/* end(): walks from tail over what is stamped; true at the last stamp read if tail or head has not moved */
proctype End() { byte h,o,t,r,g,u; short b,s;
  do :: r<QN ->
     h=head; o=tail; t=tail; b=count;
     do :: atomic { s=AT(t); g=npub; u=gt };
           if :: s==PAD(t) && t<o+CAP -> t=WRAP(t)
              :: s==COM(t) && t<o+CAP -> s=AT(t+1); if :: OKLEN(t,L(s)) -> b=N(s)+1; t=t+L(s) :: else -> break fi
              :: else -> break fi od;
     if :: tail==o -> assert(b==g && t==u)
        :: else -> if :: o>=h && head==h -> assert(b==g && t==u) :: else fi
     fi;
     atomic { r++; h=0;o=0;t=0;g=0;u=0;b=0;s=0 }
  :: else -> break od }

/* objection(): what one who opens the ring holds against it, if head has not moved */
proctype Open() { byte h,t,r; short s,l; bool ok;
  do :: r<QN ->
     h=head; t=tail; s=AT(h); l=0;
     if :: s==COM(h) -> l=L(AT(h+1)) :: else fi;
     ok = (t<=h+CAP && h<=t+CAP && (s!=COM(h) || OKLEN(h,l)) && (h>=t || s==COM(h) || s==PAD(h)));
     atomic { if :: head==h -> assert(ok) :: else fi; r++; h=0;t=0;s=0;l=0;ok=0 }
  :: else -> break od }

active proctype Killer() { byte i;
 do :: atomic { kills<KILLS -> kills++; select(i:1..5); if :: dead[i]||pfin[i] :: else -> dead[i]=1 fi; i=0 }
    :: atomic { dead[1]&&!rel[1] -> rel[1]=1 } :: atomic { dead[2]&&!rel[2] -> rel[2]=1 }
    :: atomic { dead[3]&&!rel[3] -> rel[3]=1 } :: atomic { dead[4]&&!rel[4] -> rel[4]=1 }
    :: atomic { dead[5]&&!rel[5] -> rel[5]=1 }
    :: timeout -> break
 od;
 /* nothing can happen any more: who is left has finished, and everything was taken */
 if :: !dead[3] || !dead[4] ->
      assert(head==gt); assert((pfin[1]||dead[1])&&(pfin[2]||dead[2])); assert(pfin[5]||dead[5]); assert(npub==ntaken);
      assert(!closed || ((pfin[3]||dead[3])&&(pfin[4]||dead[4])));
      for (i:0..15) { assert(!ret[i] || taken[i]) }
    :: else fi }

init { atomic { run Prod(1,P1); run Prod(2,P2); run Shut(5); run Cons(3);
#ifndef ONEC
 run Cons(4);
#else
 dead[4]=1; rel[4]=1;
#endif
#ifdef QS
 run Size();
#endif
#ifdef QE
 run End();
#endif
#ifdef QO
 run Open();
#endif
 } }
