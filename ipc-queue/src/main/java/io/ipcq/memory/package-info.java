// SPDX-License-Identifier: Apache-2.0
/**
 * Memory that several processes map, and what they need to share it: waiting, membership and a mutex that survives its
 * owner.
 *
 * <h2>What to read first</h2>
 *
 * <ol>
 *   <li>{@link io.ipcq.memory.MappedRegion}: a mapped file as words with memory modes.
 *   <li>{@link io.ipcq.memory.Members}: who is attached and alive. Everything about death stands on it.
 *   <li>{@link io.ipcq.memory.RobustMutex}: one word that names its holder, and is taken over from a dead one.
 *   <li>{@link io.ipcq.memory.Waiter}: two words on which threads of all processes sleep; {@code Futex} is the system
 *       call.
 * </ol>
 *
 * <p>The last three have an essay under their class header, and a Promela model in docs/models. Everything else here is
 * about files and processes: {@code PrivateFiles} and {@code DirectoryHandle} decide which files are trusted,
 * {@code Kernel} makes system calls.
 *
 * <h2>Memory modes</h2>
 *
 * <p>A method that touches a shared word names its memory mode at its end: here {@code getLongAcquire}, in the packages
 * above {@code tailVolatile} or {@code appendedRelease}. The modes are those of {@link java.lang.invoke.VarHandle}:
 *
 * <table>
 *   <caption>What a name means</caption>
 *   <tr><th>name</th><th>what it promises</th><th>where it is right</th></tr>
 *   <tr><td>plain, without a suffix</td><td>no order at all; but a word is never torn</td>
 *       <td>under the mutex that guards the word, before the file is published, or as a hint</td></tr>
 *   <tr><td>{@code Release}</td><td>a thread that sees the value sees everything that this thread wrote before</td>
 *       <td>the store that publishes</td></tr>
 *   <tr><td>{@code Acquire}</td><td>sees everything that was written before the Release store whose value it reads</td>
 *       <td>the load that looks for what is published</td></tr>
 *   <tr><td>{@code Volatile}, {@code compareAndSet}, {@code getAndAdd}</td><td>both, in one order for all threads</td>
 *       <td>where a thread stores one word and then decides by another</td></tr>
 *   <tr><td>{@code Fenced}</td><td>nothing itself: the caller has had a full fence since its change</td>
 *       <td>{@code Waiter.signalFenced} after a compare-and-set or an unlock</td></tr>
 * </table>
 *
 * <h2>Happens-before between processes</h2>
 *
 * <p>The Java memory model is about the threads of one JVM. All processes here map the same pages of one machine, whose
 * caches are coherent. Each JVM compiles an access with a memory mode to the instructions that keep its order. So for
 * aligned words of 4 or 8 bytes, the rules hold from process to process:
 *
 * <ul>
 *   <li>A Release store happens before an Acquire load, in any process, that sees its value or a later one of the same
 *       sequence.
 *   <li>An unlock of a {@link io.ipcq.memory.RobustMutex} happens before the next lock, and is a full fence.
 *   <li>What a process stored before it died happens before a lock that returns {@code RECOVERED} from it. But its last
 *       change may be cut off after any store. A repair relies only on the order of Release stores.
 *   <li>What a creator wrote happens before {@link io.ipcq.memory.MappedRegion#open} of the file, because the file has
 *       no name before it is complete.
 *   <li>Blocks that a system call has written ({@code allocate}) are there before the word that says so.
 *   <li>A wake-up orders nothing. The condition of a {@link io.ipcq.memory.Waiter} reads its words with Acquire or
 *       Volatile.
 * </ul>
 *
 * <h2>Which words are shared</h2>
 *
 * <p>These words belong to this package: the header of a region ({@code RegionHeader}), which never changes; the word
 * of each mutex; flag and counter of each waiter; and the count of members. All others belong to the layout of the
 * region: {@code RingLayout} and {@code JournalLayout} in {@code io.ipcq.queue}, and {@code StandbyLayout} in
 * {@code io.ipcq.process}. docs/file-format.md has them byte by byte. docs/synchronization.md says who writes which of
 * them under what.
 */
@NullMarked
package io.ipcq.memory;

import org.jspecify.annotations.NullMarked;
