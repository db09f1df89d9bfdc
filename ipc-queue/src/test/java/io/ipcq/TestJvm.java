// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A JVM that a test starts, listens to, stops and kills; it has this JVM's class path and Java version.
 *
 * <p>What the child prints, to either stream, is kept and is part of every failure message. A child never outlives the
 * test: {@link #close} kills it, and it ends by itself when the JVM that started it does.
 *
 * <p>It has the quick compiler only, unless it is started with {@link #COMPILED}.
 *
 * <pre>{@code
 * try (TestJvm child = TestJvm.start(Holder.class, file.toString())) {
 *     child.awaitLine("locked");
 *     child.kill();
 * }
 * }</pre>
 */
public final class TestJvm implements AutoCloseable {

    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long PATIENCE_NANOS = Patience.LIMIT.toNanos();

    /** For a child that is to have all compilers. */
    public static final String COMPILED = "-XX:TieredStopAtLevel=4";

    /**
     * The quick compiler alone: most children end before the better code of the other one is of use. In {@code -Psoak}
     * they have both.
     */
    public static final List<String> COMPILERS =
            Boolean.getBoolean("ipcq.children.compiled") ? List.of() : List.of("-XX:TieredStopAtLevel=1");

    private final String name;
    private final Process process;
    private final Thread listener;
    private final List<String> lines = new ArrayList<>(); // guarded by itself, as is everything below
    private int nextLine;
    private boolean ended;

    private TestJvm(String name, Process process) {
        this.name = name;
        this.process = process;
        this.listener = new Thread(this::listen, "output-of-" + name);
        listener.setDaemon(true);
        listener.start();
    }

    public static TestJvm start(Class<?> main, String... args) {
        return start(List.of(), main, args);
    }

    /** Starts with options for {@code java} that go before the class name, such as {@code -Dname=value}. */
    public static TestJvm start(List<String> jvmOptions, Class<?> main, String... args) {
        return startThrough(List.of(), jvmOptions, main, args);
    }

    /**
     * Starts as the arguments of another command: {@code unshare --pid --fork}, or
     * {@code sh -c 'umask 0; exec "$0" "$@"'}.
     */
    public static TestJvm startThrough(List<String> wrapper, List<String> jvmOptions, Class<?> main, String... args) {
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(javaCommand(jvmOptions, main, args));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            return new TestJvm(main.getSimpleName() + "-" + process.pid(), process);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command, e);
        }
    }

    private static List<String> javaCommand(List<String> jvmOptions, Class<?> main, String... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-cp", classPath()));
        command.addAll(COMPILERS);
        command.addAll(jvmOptions);
        command.add(TestJvm.class.getName());
        command.add(main.getName());
        command.addAll(Arrays.asList(args));
        return command;
    }

    private static String classPath() {
        // surefire may hide the real class path in the manifest of a jar, and then names it here
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** Runs in the child: the main method of the class named first, watched over by the parent's life. */
    public static void main(String[] args) throws Throwable {
        ProcessHandle.current().parent().ifPresent(TestJvm::endWith);
        String[] rest = Arrays.copyOfRange(args, 1, args.length);
        var main = Class.forName(args[0]).getDeclaredMethod("main", String[].class);
        main.setAccessible(true);
        try {
            main.invoke(null, (Object) rest);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** The JDK takes a process for dead that it cannot look at, for want of a descriptor. */
    private static void endWith(ProcessHandle parent) {
        var unused = parent.onExit().thenRun(() -> {
            if (Files.exists(Path.of("/proc", Long.toString(parent.pid())))) {
                LockSupport.parkNanos(LOOK_AGAIN_NANOS);
                endWith(parent);
            } else {
                Runtime.getRuntime().halt(3);
            }
        });
    }

    /**
     * Waits for the next line that starts with {@code prefix} and returns the whole line; lines before it are passed
     * over.
     */
    public String awaitLine(String prefix) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        synchronized (lines) {
            while (true) {
                while (nextLine < lines.size()) {
                    String line = lines.get(nextLine++);
                    if (line.startsWith(prefix)) {
                        return line;
                    }
                }
                if (ended) {
                    throw failure("ended before it printed \"" + prefix + "\"");
                }
                if (!pause(deadline)) {
                    throw failure("did not print \"" + prefix + "\"");
                }
            }
        }
    }

    private boolean pause(long deadline) {
        long nanos = deadline - System.nanoTime();
        if (nanos <= 0) {
            return false;
        }
        try {
            TimeUnit.NANOSECONDS.timedWait(lines, nanos);
            return true;
        } catch (InterruptedException e) {
            throw failure("interrupted while waiting", e);
        }
    }

    /** Sends one line to the child's standard input. */
    public void send(String line) {
        try {
            Writer writer = process.outputWriter(StandardCharsets.UTF_8);
            writer.write(line + "\n");
            writer.flush();
        } catch (IOException e) {
            throw failure("cannot send \"" + line + "\"", e);
        }
    }

    /** Kills as SIGKILL does, and returns when the kernel says that the process is gone. */
    public void kill() {
        process.destroyForcibly();
        exitCode();
    }

    /** Stops the process as SIGSTOP does; it is not dead. False if it had ended by itself before. */
    public boolean stop() {
        return signal("-STOP");
    }

    /** Lets a stopped process go on. */
    public void cont() {
        signal("-CONT");
    }

    private boolean signal(String signal) {
        boolean sent = KillCommand.send(signal, pid());
        if (!sent && process.isAlive()) {
            throw failure("kill " + signal + " failed");
        }
        return sent;
    }

    /** Waits for the end; 128 + n for a death by signal n. */
    public int exitCode() {
        try {
            if (!process.waitFor(PATIENCE_NANOS, TimeUnit.NANOSECONDS)) {
                throw failure("did not end");
            }
            listener.join(TimeUnit.SECONDS.toMillis(5));
            return process.exitValue();
        } catch (InterruptedException e) {
            throw failure("interrupted while waiting for the end", e);
        }
    }

    /** Waits for the end and fails, with the output, if the exit code is not zero. */
    public void awaitSuccess() {
        int code = exitCode();
        if (code != 0) {
            throw failure("failed with exit code " + code);
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** The process that was started: the wrapper's, if there is one that does not {@code exec}. */
    public long pid() {
        return process.pid();
    }

    /**
     * Whether it holds a lock on a file that closing another descriptor of that file does not drop, as the kernel sees
     * it.
     */
    public boolean hasDescriptorLock() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid() + "/fdinfo"))) {
            return descriptors.anyMatch(TestJvm::isOfDescriptorLock);
        } catch (IOException e) {
            throw failure("has no descriptors to look at", e);
        }
    }

    private static boolean isOfDescriptorLock(Path descriptor) {
        try {
            return Files.readString(descriptor).contains("OFDLCK");
        } catch (IOException e) {
            return false; // closed by now
        }
    }

    /** Everything printed so far. */
    public String output() {
        synchronized (lines) {
            return String.join("\n", lines);
        }
    }

    private void listen() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                    lines.notifyAll();
                }
            }
        } catch (IOException e) {
            // the stream of a killed process may end this way
        } finally {
            synchronized (lines) {
                ended = true;
                lines.notifyAll();
            }
        }
    }

    private AssertionError failure(String what) {
        return new AssertionError(name + " " + what + "; it printed:\n" + output().indent(4));
    }

    private AssertionError failure(String what, Exception cause) {
        AssertionError failure = failure(what);
        failure.initCause(cause);
        return failure;
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor();
            listener.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
