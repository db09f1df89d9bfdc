// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A child that is a thread of this JVM, with as much of the interface of a process as its parent needs. It gets its
 * task through a file, as any other child does. So it works on copies, and objects that cannot travel are refused.
 */
final class ChildThread extends Process {
    /*
     * Idea. A signal is an interrupt. After SIGTERM and SIGINT the child ends when its thread ends. After SIGKILL it
     * counts as ended at once, so that nobody waits for it for ever. A thread that ignores interrupts goes on. At its
     * end, the child ends the daemons among its own children. Between processes, the kernel's locks have this effect.
     */

    /** The system property that makes all children threads. */
    private static final String PROPERTY = "ipcq.children";

    private static final String THREADS = "threads";
    private static final String JVMS = "jvms";

    private static final int FAILED = 1;

    private final Thread thread;
    private final String family;
    private final CountDownLatch ended = new CountDownLatch(1);
    private int signal; // guarded by this
    private int exitValue; // guarded by this

    private ChildThread(Task task, Path file) {
        boolean daemon = task.daemon(); // so that the thread does not refer to the task: the child has its own copy
        this.family = task.family();
        this.thread = new Thread(() -> run(file, daemon), task.name());
        thread.setDaemon(daemon);
        thread.setContextClassLoader(ChildClassPath.loaderOf(task.code()));
    }

    /** Whether a child with these options is to be a thread. */
    static boolean isWanted(ChildProcessOptions options) {
        String kind = System.getProperty(PROPERTY, JVMS).strip();
        if (!kind.equals(THREADS) && !kind.equals(JVMS)) {
            throw new IllegalArgumentException(
                    PROPERTY + " must be " + THREADS + " or " + JVMS + ": " + PROPERTY + "=" + kind);
        }
        return kind.equals(THREADS) || options.startMethod() == StartMethod.THREAD;
    }

    static ChildThread start(Task task, Path file) {
        ChildThread started = new ChildThread(task, file);
        started.thread.start();
        return started;
    }

    private void run(Path file, boolean daemon) {
        int code = 0;
        try {
            ChildProcess child = TaskFile.read(file, daemon, null);
            child.run();
        } catch (Throwable uncaught) {
            code = FAILED;
            if (!isTold()) {
                thread.getUncaughtExceptionHandler().uncaughtException(thread, uncaught);
                ThrownFile.write(file, uncaught);
            }
            if (isTold()) {
                ThrownFile.take(file); // if the child counts as ended already, nobody else takes the exception
            }
        } finally {
            end(code);
        }
    }

    private synchronized boolean isTold() {
        return signal != 0;
    }

    private void end(int code) {
        synchronized (this) {
            if (ended.getCount() == 0) {
                return;
            }
            exitValue = signal == 0 ? code : ExitStatus.SIGNAL_BASE + signal;
            ended.countDown();
        }
        LiveChildren.killDaemonsOf(family);
    }

    private void tell(int number) {
        synchronized (this) {
            if (!isAlive()) {
                return;
            }
            signal = number;
            thread.interrupt();
        }
        if (number == ExitStatus.SIGKILL) {
            end(FAILED);
        }
    }

    void interrupt() {
        tell(ExitStatus.SIGINT);
    }

    @Override
    public void destroy() {
        tell(ExitStatus.SIGTERM);
    }

    @Override
    public Process destroyForcibly() {
        tell(ExitStatus.SIGKILL);
        return this;
    }

    @Override
    public boolean isAlive() {
        return ended.getCount() > 0;
    }

    @Override
    public synchronized int exitValue() {
        if (isAlive()) {
            throw new IllegalThreadStateException("the child still runs: name=" + thread.getName());
        }
        return exitValue;
    }

    @Override
    public int waitFor() throws InterruptedException {
        ended.await();
        return exitValue();
    }

    @Override
    public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
        return ended.await(timeout, unit);
    }

    /** The process id of this JVM. */
    @Override
    public long pid() {
        return ProcessHandle.current().pid();
    }

    @Override
    public OutputStream getOutputStream() {
        return OutputStream.nullOutputStream();
    }

    /** Empty, because this JVM prints what the child prints. */
    @Override
    public InputStream getInputStream() {
        return InputStream.nullInputStream();
    }

    @Override
    public InputStream getErrorStream() {
        return InputStream.nullInputStream();
    }
}
