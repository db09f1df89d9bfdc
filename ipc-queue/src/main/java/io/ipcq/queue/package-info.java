// SPDX-License-Identifier: Apache-2.0
/**
 * Queues that any number of producers and consumers share, in any number of processes.
 *
 * <h2>What to read first</h2>
 *
 * <p>{@link io.ipcq.queue.SharedQueue} is the contract; {@code AbstractSharedQueue} reduces it to a few methods with a deadline. Then one
 * of the two engines:
 *
 * <ul>
 *   <li>The ring, in shared memory: {@code RingQueue} encodes, waits and decodes; {@code Ring} is the algorithm; {@code RingLayout} has
 *       the words.
 *   <li>The journal, on disk: {@code JournalQueue} encodes, waits and decodes; {@code JournalProducer} and {@code JournalConsumer} do what
 *       happens under a mutex; {@code Leases} knows what is out; {@code ChronicleJournal} keeps the files; {@code JournalLayout} has the
 *       words.
 * </ul>
 *
 * <p>{@code QueueDirectory} is how a queue appears, is entered and goes, for both.
 *
 * <pre>
 *   put                                                                  get
 *    |  encode, in the caller's thread                                    ^  decode, in the caller's thread
 *    v                                                                    |
 *   RingQueue     Ring: under the mutex                 Ring: no lock    RingQueue
 *    |            record, then its stamp                CAS of head       |
 *    +----------> [ shared memory: RingLayout ] --------------------------+
 *
 *   JournalQueue  JournalProducer: under its mutex      JournalConsumer: under its mutex
 *    |            document, then appended               taken; a slot, if it is received
 *    +----------> [ files: ChronicleJournal; shared memory: JournalLayout ] ---> JournalQueue
 * </pre>
 *
 * <h2>Happens-before between processes</h2>
 *
 * <p>What a thread did before {@code put} happens before what another thread, of any process, does after it got that element, as far as
 * it lies in shared memory or in files; the element itself arrives as a copy. It rests on one store for each element:
 *
 * <ul>
 *   <li>Ring: the stamp of the record, Release. A consumer reads it with Acquire, copies the record, and claims it by
 *       compare-and-set of {@code head}. If that succeeds, nobody has written over what was copied.
 *   <li>Journal: {@code appended}, Release, after the document is complete. A consumer claims by raising {@code taken}, Release,
 *       under the consumers' mutex.
 *   <li>{@code shutdown}: the closed stamp of a ring, the flag of a journal. Who is told that a queue is shut down and drained has
 *       seen all elements before it.
 *   <li>{@code taskDone} happens before the {@code join} that returns because of it.
 *   <li>{@code ack} happens before whatever another process does after it found the lease ended.
 * </ul>
 *
 * <p>After these stores comes a full fence, and then the look whether somebody sleeps: see {@link io.ipcq.memory.Waiter}.
 *
 * <p>What plain, Volatile, Acquire and Release mean at the end of a name is said in {@link io.ipcq.memory}. In {@code JournalControl} a
 * setter without such an end is a Release store, so that what a dead process has left is in order. A getter without one is for who has the
 * mutex; but options, {@code readIndex} and {@code nextDueNanos} may be read without, as any value that they ever had is safe.
 *
 * <h2>Which words are shared</h2>
 *
 * <p>Those of {@code RingLayout}, {@code JournalLayout} and {@code QueueState}. Options are written once, before the file has its name.
 * Words that different processes change at the same time are two cache lines apart. The tables in docs/synchronization.md say for each
 * who writes and who reads it under what. Fields of a handle are of this process, and may be behind the words; where they matter, they
 * are read anew under the mutex.
 */
@NullMarked
package io.ipcq.queue;

import org.jspecify.annotations.NullMarked;
