// SPDX-License-Identifier: Apache-2.0
/**
 * Queues that any number of producers and consumers share, in any number of processes.
 *
 * <h2>What to read first</h2>
 *
 * <p>{@link io.ipcq.queue.SharedQueue} is the contract. {@code AbstractSharedQueue} reduces it to a few methods with a
 * deadline. Then read one of the two engines:
 *
 * <ul>
 *   <li>The ring, in shared memory. {@code RingQueue} encodes, waits and decodes. {@code Ring} is the algorithm.
 *       {@code RingLayout} has the words.
 *   <li>The journal, on disk. {@code JournalQueue} encodes, waits and decodes. {@code JournalProducer} and
 *       {@code JournalConsumer} work under a mutex each. {@code Leases} knows which elements are out.
 *       {@code JournalStore} has open what a handle uses, and names no queue. {@code ChronicleJournal} keeps the files.
 *       {@code JournalLayout} has the words.
 * </ul>
 *
 * <p>{@code QueueDirectory} creates, opens and deletes the directory of a queue, for both.
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
 * <p>What a thread did before {@code put} happens before what another thread, of any process, does after it got that
 * element. That holds for shared memory and for files; the element itself arrives as a copy. It rests on one store for
 * each element:
 *
 * <ul>
 *   <li>Ring: the stamp of the record, Release. A consumer reads it with Acquire, copies the record, and claims it by a
 *       compare-and-set of {@code head}. If that succeeds, nobody has overwritten what was copied.
 *   <li>Journal: {@code appended}, Release, after the document is complete. A consumer reads it with Volatile. It
 *       claims by raising {@code taken}, Release, under the consumers' mutex.
 * </ul>
 *
 * <p>The other methods:
 *
 * <ul>
 *   <li>{@code shutdown} is the closed stamp of a ring, and a flag of a journal. A consumer that learns that a queue is
 *       shut down and drained has seen all elements that were put before.
 *   <li>{@code taskDone} happens before a {@code join} that returns because of it.
 *   <li>{@code ack} happens before what another process does after it has found that the lease ended.
 * </ul>
 *
 * <p>A full fence follows each of these stores, and then the thread checks whether somebody sleeps: see
 * {@link io.ipcq.memory.Waiter}.
 *
 * <p>{@link io.ipcq.memory} says what plain, Volatile, Acquire and Release mean at the end of a name. There are two
 * exceptions, in {@code JournalControl}. A setter without such an end is a Release store, so that a dead process leaves
 * its words in order. A getter without one is for threads that hold the mutex; but {@code readIndex} and
 * {@code nextDueNanos} are read with Volatile, and options may be read by anybody, because each value that they ever
 * had is safe.
 *
 * <h2>Which words are shared</h2>
 *
 * <p>Those of {@code RingLayout}, {@code JournalLayout} and {@code QueueState}. Most options are written once, before
 * the file has its name; those that {@code DurableQueue.alter} changes are there twice, and a count says which copy
 * holds. Words that different processes change at the same time are two cache lines apart. The tables in
 * docs/synchronization.md say for each word who writes and who reads it under what. The fields of a handle belong to
 * its process and may be older than the words. Where that matters, the handle reads the words again under the mutex.
 */
@NullMarked
package io.ipcq.queue;

import org.jspecify.annotations.NullMarked;
