// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.ipcq.memory.PrivateFiles;
import io.ipcq.memory.Waiter;
import io.ipcq.observe.ProcessSight;
import io.ipcq.observe.Quantity;
import io.ipcq.observe.QueueLook;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueView;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** What ipcq wants of a machine, each looked at or tried out. */
final class MachineChecks {

    /** A check, which may fail in itself. */
    @FunctionalInterface
    interface Check {
        Finding run() throws Exception;
    }

    private static final int OLDEST_JDK = 17;
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final long LITTLE_MEMORY = 256L << 20;
    private static final long LITTLE_DISK = 1L << 30;
    private static final long FEW_DESCRIPTORS = 4096;
    private static final long FEW_MAPS = 65_530;
    private static final long FEW_PROCESSES = 512;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private MachineChecks() {}

    /** All of them, in the order in which they are printed, each with its name. */
    static List<Map.Entry<String, Check>> all() {
        return List.of(
                Map.entry("jdk", MachineChecks::jdk),
                Map.entry("options", MachineChecks::options),
                Map.entry("memory", MachineChecks::sharedMemory),
                Map.entry("temporary", MachineChecks::temporaryFiles),
                Map.entry("futex", MachineChecks::futex),
                Map.entry("descriptors", MachineChecks::descriptors),
                Map.entry("maps", MachineChecks::maps),
                Map.entry("processes", MachineChecks::processes),
                Map.entry("sight", MachineChecks::sight),
                Map.entry("queue", MachineChecks::queue),
                Map.entry("locks", MachineChecks::locks),
                Map.entry("durable", MachineChecks::durableQueue),
                Map.entry("child", MachineChecks::child));
    }

    /** Runs a check; one that fails in itself is bad. */
    static Finding run(String name, Check check) throws InterruptedException {
        try {
            return check.run();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception | LinkageError | InternalError e) {
            return Finding.bad(name, FailureReport.describe(e), "see to what the message says, and try again");
        }
    }

    // ---- the JVM ----------------------------------------------------------------------------------------------------

    private static Finding jdk() {
        String found = "JDK " + Runtime.version() + ", " + System.getProperty("java.vendor") + ", "
                + System.getProperty("java.home");
        if (Runtime.version().feature() < OLDEST_JDK) {
            return Finding.bad("jdk", found, "set JAVA_HOME to a JDK, " + OLDEST_JDK + " or newer");
        }
        boolean isWhole = Files.isExecutable(Path.of(System.getProperty("java.home"), "bin", "jcmd"));
        return isWhole
                ? Finding.ok("jdk", found)
                : Finding.note("jdk", found + "; it has no jcmd", "`ipcq pool dump` needs a JDK: set JAVA_HOME to one");
    }

    private static Finding options() {
        List<String> given = ManagementFactory.getRuntimeMXBean().getInputArguments();
        List<String> missing = DurableQueue.jvmOptions().stream()
                .filter(option -> !given.contains(option) && !given.contains(option.replace(' ', '=')))
                .toList();
        return missing.isEmpty()
                ? Finding.ok(
                        "options", "this command runs with those that durable queues like; programs do without, too")
                : Finding.note(
                        "options",
                        Quantity.count(missing.size(), "option")
                                + " not given, so what they open is opened at run time",
                        "give programs that use -Dipcq.openModules=false: " + String.join(" ", missing));
    }

    // ---- memory and files -------------------------------------------------------------------------------------------

    private static Finding sharedMemory() throws IOException {
        if (!Files.isDirectory(SHARED_MEMORY) || !Files.isWritable(SHARED_MEMORY)) {
            return Finding.note(
                    "memory",
                    "there is no " + SHARED_MEMORY + " that can be written to",
                    "queues without a path are among the temporary files; have it mounted to keep them off the disk");
        }
        FileStore store = Files.getFileStore(SHARED_MEMORY);
        String found = SHARED_MEMORY + " has " + Quantity.bytes(store.getUsableSpace()) + " of "
                + Quantity.bytes(store.getTotalSpace()) + " left";
        if (store.getTotalSpace() < LITTLE_MEMORY) {
            return Finding.note(
                    "memory", found, "in a container: docker run --shm-size=1g, or an emptyDir with medium: Memory");
        }
        return store.getUsableSpace() < LITTLE_MEMORY
                ? Finding.note(
                        "memory", found, "`ipcq queue ls` says which queues are there; --sweep removes dead ones")
                : Finding.ok("memory", found);
    }

    private static Finding temporaryFiles() throws IOException {
        Path place = PrivateFiles.temporaryDirectory();
        FileStore store = Files.getFileStore(place);
        String found = place + ", " + store.type() + ", has " + Quantity.bytes(store.getUsableSpace()) + " left";
        return store.getUsableSpace() < LITTLE_DISK
                ? Finding.note("temporary", found, "make room there, or start programs with -Djava.io.tmpdir=DIRECTORY")
                : Finding.ok("temporary", found);
    }

    // ---- the kernel -------------------------------------------------------------------------------------------------

    private static Finding futex() {
        return Waiter.isNative()
                ? Finding.ok("futex", "who waits sleeps in the kernel")
                : Finding.note(
                        "futex",
                        "there are no native calls, so who waits looks again and again",
                        "on Linux: JDK 22 or newer, or com.github.jnr:jffi on the class path, and no -Dipcq.native=off");
    }

    private static Finding descriptors() throws IOException {
        OptionalLong limit = limit("Max open files");
        return atLeast(
                "descriptors",
                limit,
                FEW_DESCRIPTORS,
                "open files",
                "ulimit -n 65536, or LimitNOFILE=65536 of a systemd unit; an open queue takes one or two, a child some");
    }

    private static Finding maps() throws IOException {
        return atLeast(
                "maps",
                number(Path.of("/proc/sys/vm/max_map_count")),
                FEW_MAPS,
                "mappings for a process",
                "sysctl vm.max_map_count=262144; an open queue takes some");
    }

    private static Finding processes() throws IOException {
        long limit = Math.min(
                limit("Max processes").orElse(Long.MAX_VALUE),
                number(Path.of("/sys/fs/cgroup/pids.max")).orElse(Long.MAX_VALUE));
        return atLeast(
                "processes",
                limit == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(limit),
                FEW_PROCESSES,
                "processes and threads",
                "ulimit -u, docker run --pids-limit, or TasksMax of a systemd unit; a JVM has some twenty threads");
    }

    private static Finding atLeast(String check, OptionalLong limit, long few, String what, String mend) {
        if (limit.isEmpty()) {
            return Finding.ok(check, "no limit is to be seen: " + what);
        }
        String found = "at most " + limit.getAsLong() + " " + what;
        return limit.getAsLong() < few ? Finding.note(check, found, mend) : Finding.ok(check, found);
    }

    /** The soft limit in {@code /proc/self/limits}; empty if there is none, or it is not to be seen. */
    private static OptionalLong limit(String name) throws IOException {
        Path limits = Path.of("/proc/self/limits");
        if (!Files.isReadable(limits)) {
            return OptionalLong.empty();
        }
        return Files.readAllLines(limits).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip().split(" +", 2)[0])
                .filter(word -> word.matches("\\d+"))
                .mapToLong(Long::parseLong)
                .findFirst();
    }

    private static OptionalLong number(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            return OptionalLong.empty();
        }
        byte[] bytes = new byte[64];
        int length;
        try (InputStream in = Files.newInputStream(file)) {
            length = in.read(bytes); // at once: a second read of such a file finds its end
        }
        String text = new String(bytes, 0, Math.max(0, length), ISO_8859_1).strip();
        return text.matches("\\d+") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    /** Whether {@code who} can see on what others sleep: that is kept from those who may not trace them. */
    private static Finding sight() throws IOException {
        if (ProcessSight.of(ProcessHandle.current().pid()) == null) {
            return Finding.note(
                    "sight", "there is no /proc", "`ipcq queue who` sees no process here; nothing is to be done");
        }
        long scope = number(Path.of("/proc/sys/kernel/yama/ptrace_scope")).orElse(0);
        boolean isRoot = PrivateFiles.user().getName().equals("root");
        return scope == 0 || (isRoot && scope < 3)
                ? Finding.ok("sight", "processes of this user can be looked at")
                : Finding.note(
                        "sight",
                        "on what other processes sleep is hidden: ptrace_scope=" + scope,
                        "sysctl kernel.yama.ptrace_scope=0, or call `ipcq queue who` as root, to see what they wait for");
    }

    // ---- tried out --------------------------------------------------------------------------------------------------

    private static Finding queue() throws Exception {
        long start = System.nanoTime();
        try (SharedQueue<String> queue = SharedQueue.create(String.class)) {
            queue.put("there");
            require("there".equals(queue.get(PATIENCE)), "what was put did not come");
            return Finding.ok(
                    "queue", "a queue in memory works at " + queue.directory().getParent() + ", in " + since(start));
        }
    }

    private static Finding locks() throws Exception {
        try (SharedQueue<String> queue = SharedQueue.create(String.class);
                QueueView view = QueueView.open(queue.directory())) {
            var attached = QueueLook.at(view).attached();
            return attached != null && attached.size() == 1
                    ? Finding.ok("locks", "file locks are kept, and who holds them is to be seen")
                    : Finding.note(
                            "locks",
                            "who holds a file lock is not to be seen: /proc/locks",
                            "`ipcq queue who` cannot say who is attached; queues work all the same");
        }
    }

    private static Finding durableQueue() throws Exception {
        long start = System.nanoTime();
        Path place = PrivateFiles.createRandomDirectory(PrivateFiles.temporaryDirectory(), "ipcq-doctor-");
        try (DurableQueue<String> queue = DurableQueue.create(place.resolve("queue"), String.class)) {
            queue.put("there");
            require("there".equals(queue.get(PATIENCE)), "what was put did not come");
            queue.delete();
        } finally {
            Files.delete(place);
        }
        return Finding.ok("durable", "a durable queue works at " + place.getParent() + ", in " + since(start));
    }

    private static Finding child() throws Exception {
        long start = System.nanoTime();
        ChildProcess child = new ChildProcess(MachineChecks::doNothing);
        child.start();
        require(child.join(PATIENCE), "a child did not end within " + Quantity.nanos(PATIENCE.toNanos()));
        require(child.exitCode().orElse(-1) == 0, "a child ended otherwise: " + child.exitDescription());
        return Finding.ok("child", "a child process was started and ended, in " + since(start));
    }

    private static void doNothing() {}

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }

    private static String since(long start) {
        return Quantity.nanos(System.nanoTime() - start);
    }
}
