/* joining: lock the byte after the count (or the next one that is not locked), then count it by compare-and-set.
   A verdict "counted and not locked, so dead" is final, no number is used twice, and a joiner that is stopped anywhere
   holds up nobody. -DCOUNTFIRST: count, then lock: verdicts are not final.  -DWAIT: wait for the byte instead of taking the
   next one: a stopped joiner or tester holds up all others.
   Then it locks the other byte of its number, and from then on its process may drop its first locks at any time (LOSSES), as one
   that copies the files does: nobody takes it for dead as long as it lives. -DONELOCK: somebody does. */
#ifndef N
#define N 2        /* joiners; the process after them tests */
#endif
#ifndef KILLS
#define KILLS 1
#endif
#ifndef STOPS
#define STOPS 1
#endif
#ifndef TESTS
#define TESTS 2
#endif
#ifndef LOSSES
#define LOSSES 1
#endif
#define MAX (2*N+3)
byte count, lk[MAX], snd[MAX], sh[MAX];  /* lk, snd: the first and second byte; sh: somebody tests lk */
bool verdict[MAX], used[MAX];            /* ghosts */
byte own[MAX]; bool secured[5];          /* ghosts */
bool dead[5], rel[5], stopped[5], joined[5];
byte kills, stops, losses;

proctype Joiner(byte p) { byte c, k;
  { skip;
#ifdef COUNTFIRST
    atomic { count++; k = count };
    atomic { lk[k]==0 && sh[k]==0 -> lk[k]=p };
    atomic { assert(!verdict[k] && !used[k]); used[k]=1; joined[p]=1 };
#else
L:  c = count; k = c+1;
M:  assert(k < MAX);
#ifdef WAIT
    atomic { lk[k]==0 && sh[k]==0 -> lk[k]=p };
#else
    atomic { if :: lk[k]==0 && sh[k]==0 -> lk[k]=p :: else -> k++; goto M fi };
#endif
    atomic { if :: count==c -> count=k; assert(!verdict[k] && !used[k]); used[k]=1; joined[p]=1; own[k]=p
                :: else -> goto R fi };
#ifndef ONELOCK
    snd[k]=p;
#endif
    secured[p]=1;
    goto D;
R:  lk[k]=0; goto L;
D:
#endif
    skip
  } unless { dead[p]||stopped[p] } }

proctype Tester(byte p) { byte n, i;
  { for (i : 1 .. TESTS) {
      n = 0;
      atomic { if :: count>0 -> select(n : 1 .. count) :: else fi };
      if :: n>0 ->
           atomic { if :: lk[n]==0 -> sh[n]=p :: else -> goto E fi };
           sh[n]=0;
           atomic { if :: snd[n]==0 -> verdict[n]=1; assert(!secured[own[n]] || dead[own[n]]) :: else fi }
         :: else fi;
E:    skip };
    joined[p]=1
  } unless { dead[p]||stopped[p] } }

active proctype Killer() { byte i, k;
  do :: atomic { kills<KILLS -> kills++; select(i : 1 .. N+1); dead[i]=1 }
     :: atomic { stops<STOPS -> stops++; select(i : 1 .. N+1); if :: dead[i] :: else -> stopped[i]=1 fi }
     :: atomic { losses<LOSSES -> losses++; select(i : 1 .. N);
            if :: secured[i] -> for (k : 1 .. MAX-1) { if :: lk[k]==i -> lk[k]=0 :: else fi } :: else fi; k=0 }
     :: atomic { dead[1]&&!rel[1] -> i=1; goto R } :: atomic { dead[2]&&!rel[2] -> i=2; goto R }
     :: atomic { dead[3]&&!rel[3] -> i=3; goto R } :: atomic { dead[4]&&!rel[4] -> i=4;
R:      rel[i]=1; for (k : 1 .. MAX-1) { if :: lk[k]==i -> lk[k]=0 :: else fi; if :: snd[k]==i -> snd[k]=0 :: else fi; if :: sh[k]==i -> sh[k]=0 :: else fi } k=0; i=0 }
     :: timeout -> break
  od;
  for (i : 1 .. N+1) { assert(joined[i]||dead[i]||stopped[i]) }
}
init { atomic { run Joiner(1); run Joiner(2);
#if N>2
  run Joiner(3);
#endif
  run Tester(N+1) } }
