// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What this process knows about itself. With {@link StartMethod#THREAD}, what a child that is a thread knows about
 * itself.
 *
 * <p>Thread-safe: immutable. Process-safe: it describes one process only.
 *
 * @param name the name that its parent gave it; {@code MainProcess} in a program that no {@link ChildProcess} started
 * @param pid the process id
 * @param daemon whether it ends with its parent
 * @param thread whether it is a thread of its parent's JVM
 */
public record CurrentProcess(String name, long pid, boolean daemon, boolean thread) {

    private static final AtomicInteger CHILDREN = new AtomicInteger();

    private static volatile @Nullable Birth birth;

    /** The birth of a child that is a thread. The children that it starts inherit it. */
    private static final InheritableThreadLocal<Birth> BIRTH_OF_THREAD = new InheritableThreadLocal<>();

    /**
     * What a child is told about its origin. {@code family} is its place in the tree: {@code 2:1}, first child of the
     * second.
     */
    record Birth(String name, String family, boolean daemon, ParentProcess parent, AtomicInteger children) {}

    /** Called once in a child, before anything of its task is read. */
    static void bornAs(Birth told) {
        birth = told;
    }

    /** The same in a child that is a thread. */
    static void bornAsThread(Birth told) {
        BIRTH_OF_THREAD.set(told);
    }

    private static @Nullable Birth birth() {
        Birth ofThread = BIRTH_OF_THREAD.get();
        return ofThread == null ? birth : ofThread;
    }

    static CurrentProcess current() {
        Birth told = birth();
        long pid = ProcessHandle.current().pid();
        return told == null
                ? new CurrentProcess("MainProcess", pid, false, false)
                : new CurrentProcess(told.name, pid, told.daemon, BIRTH_OF_THREAD.get() != null);
    }

    static @Nullable ParentProcess parent() {
        Birth told = birth();
        return told == null ? null : told.parent;
    }

    /**
     * Refuses to start a process in a static initializer of a child process. The new process would load the same class,
     * and its initializer would start the next process.
     *
     * @throws IllegalStateException naming the class that is being initialized
     */
    public static void requireNoStaticInitializer() {
        if (birth == null) {
            return;
        }
        StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> frame.getMethodName().equals("<clinit>"))
                        .map(StackWalker.StackFrame::getClassName)
                        .findFirst())
                .ifPresent(initialized -> {
                    throw new IllegalStateException(
                            "a static initializer starts a process, in a process that was started so:"
                                    + " without end, if every process did. class=" + initialized + ", process="
                                    + current().name()
                                    + ". Start it in a method that only the main program calls, or first ask"
                                    + " whether ChildProcess.parent() is empty");
                });
    }

    /** The place in the tree of the next child that is made here. */
    static String nextFamily() {
        Birth told = birth();
        return told == null
                ? Integer.toString(CHILDREN.incrementAndGet())
                : told.family + ":" + told.children.incrementAndGet();
    }
}
