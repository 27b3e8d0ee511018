/*
 * The protocol between processes on one lock file, as docs/protocol.md tells it: exclusion by flock, order by a chain of byte
 * locks. Spin visits every interleaving of three processes that take the lock ROUNDS times each, exclusive or shared, where any
 * process may die at any step (DEATHS of them do) and any waiting process may give up. lockkit/test/protocol.test.ts runs it.
 *
 * What is checked:
 *   exclusion  whoever is inside with an exclusive grant is alone there;
 *   progress   there is no state in which a living process waits and nothing can move (Spin's invalid end states): no death and
 *              no retreat leaves a lock behind, whatever the dead one was doing;
 *   order      whoever enters through the chain leaves no living process queued with an earlier ticket, unless both are readers;
 *   bypass     from the moment a process is queued, each other process enters at most once by the fast path, on a look at the
 *              chain from before that moment. The fast path cannot starve the queue.
 *
 * The kernel is the ground the model stands on: what it does in one call is one step here, and it frees what the dead held.
 * There is no time in it, so a turn lasts for one grant: `handover` is 0. What a process does inside of a longer turn, it does
 * with the lock or by a look that is still fresh, and the turn's length bounds both.
 */
#define PROCESSES 3
#ifndef ROUNDS
#define ROUNDS 2
#endif
#ifndef DEATHS
#define DEATHS 1
#endif

#define NOBODY 255
#define NO_PLACE 0 /* the first ticket drawn is 1 */

/* The file, and the kernel's locks on it. */
byte counter = 0;        /* bytes 0-7: the last ticket drawn */
byte writer = NOBODY;    /* who has flock(LOCK_EX) */
bool reader[PROCESSES];  /* who has flock(LOCK_SH) */
byte drawing = NOBODY;   /* who has the lock on byte 0 */
byte place[PROCESSES];   /* whose byte in the chain is locked: the ticket, or NO_PLACE */
bool shares[PROCESSES];  /* what each asks for at present: a shared grant, or an exclusive one */

/* The witnesses. */
byte writers_inside = 0;
byte readers_inside = 0;
byte deaths = 0;
bool waits[PROCESSES];                      /* has a place in the chain, and has neither entered nor given up */
bool passed_by[PROCESSES * PROCESSES];      /* [me * PROCESSES + other]: other passed me by the fast path, in this wait of mine */

/*
 * Two mistakes that the model must find, or it would show nothing: BARGING takes the lock without a look at the chain, and
 * PREDECESSOR_ONLY waits for the one ticket before one's own, so that whoever dies or gives up breaks the order.
 */
#define EACH(condition) (condition(0) && condition(1) && condition(2))

/* Two readers are no conflict, to flock and to the byte locks (F_RDLCK) alike. */
#define BOTH_READ(other) (shares[me] && shares[other])

#define NOT_READING(other) (!reader[other])
#define LOCK_FREE (writer == NOBODY && (shares[me] || EACH(NOT_READING)))

/* F_OFD_GETLK over the chain: nobody else queues that would conflict. */
#define NOT_QUEUED(other) (other == me || place[other] == NO_PLACE || BOTH_READ(other))
#ifdef BARGING
#define CHAIN_EMPTY true
#else
#define CHAIN_EMPTY EACH(NOT_QUEUED)
#endif

/* F_OFD_SETLKW over the bytes before mine is granted: none of them is anyone's. */
#ifdef PREDECESSOR_ONLY
#define NOT_BEFORE_ME(other) (place[other] == NO_PLACE || place[other] + 1 != place[me] || BOTH_READ(other))
#else
#define NOT_BEFORE_ME(other) (other == me || place[other] == NO_PLACE || place[other] > place[me] || BOTH_READ(other))
#endif
#define MY_TURN EACH(NOT_BEFORE_ME)

#define NOT_OVERTAKEN(other) (other == me || !waits[other] || place[other] > place[me] || BOTH_READ(other))

/* flock(2) is granted. */
inline enter() {
  if
  :: shares[me] -> reader[me] = true; readers_inside++
  :: else -> writer = me; writers_inside++
  fi;
  in_section = true;
  assert(writers_inside == 0 || (writers_inside == 1 && readers_inside == 0))
}

inline leave() {
  if
  :: shares[me] -> reader[me] = false; readers_inside--
  :: else -> writer = NOBODY; writers_inside--
  fi;
  in_section = false
}

inline note_bypass(other) {
  if
  :: other != me && waits[other] && !BOTH_READ(other) ->
     assert(!passed_by[other * PROCESSES + me]);
     passed_by[other * PROCESSES + me] = true
  :: else
  fi
}

inline stop_waiting() {
  waits[me] = false;
  passed_by[me * PROCESSES + 0] = false;
  passed_by[me * PROCESSES + 1] = false;
  passed_by[me * PROCESSES + 2] = false
}

/* Unlocks all bytes. For the dead the kernel does it. */
inline leave_chain() {
  if :: drawing == me -> drawing = NOBODY :: else fi;
  place[me] = NO_PLACE;
  stop_waiting()
}

#define DIES atomic { deaths < DEATHS -> deaths++; goto dead }
#define GIVES_UP atomic { goto gave_up }

proctype Process(byte me) {
  byte round = 0, drawn = 0;
  bool is_empty = false, in_section = false;

  do
  :: round == ROUNDS -> break
  :: round < ROUNDS ->
     round++;
     if :: shares[me] = true :: shares[me] = false fi;

     /* To try without waiting: look whether anyone queues, then try. Between the two calls others act. */
     if
     :: is_empty = CHAIN_EMPTY
     :: DIES
     fi;
     if
     :: atomic { is_empty && LOCK_FREE -> enter(); note_bypass(0); note_bypass(1); note_bypass(2); goto section }
     :: !is_empty || !LOCK_FREE
     :: DIES
     fi;

     /* To wait: draw a ticket under byte 0, … */
     if :: atomic { drawing == NOBODY -> drawing = me } :: DIES :: GIVES_UP fi;
     if :: drawn = counter + 1 :: DIES :: GIVES_UP fi;
     if :: counter = drawn :: DIES :: GIVES_UP fi;
     if :: atomic { place[me] = drawn; waits[me] = true } :: DIES :: GIVES_UP fi;
     if :: drawing = NOBODY :: DIES :: GIVES_UP fi;
     /* … wait until no earlier one is left, … */
     if :: MY_TURN :: DIES :: GIVES_UP fi;
     /* … and then for the lock itself. */
     if
     :: atomic { LOCK_FREE -> assert(EACH(NOT_OVERTAKEN)); enter(); stop_waiting() }
     :: DIES
     :: GIVES_UP
     fi;
     if :: place[me] = NO_PLACE :: DIES fi;

section:
     if
     :: atomic { leave() }
     :: DIES
     fi;
     goto next;
gave_up:
     atomic { drawn = 0; leave_chain() };
next:
     atomic { drawn = 0; is_empty = false }
  od;
  goto end;

dead:
  atomic {
    if :: in_section -> leave() :: else fi;
    leave_chain()
  };
end:
  skip
}

init {
  atomic { run Process(0); run Process(1); run Process(2) }
}
