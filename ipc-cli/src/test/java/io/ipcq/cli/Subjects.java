// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.await;

import io.ipcq.TestJvm;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What commands are run on, in each state that it can be in: queues, a pool, a manager, and the job of a map. One
 * process uses all queues, and one program each has the others; so the states come one after the other.
 */
final class Subjects implements AutoCloseable {

    /** What somebody finds, in the order in which the processes come to be so. */
    enum State {
        /** Its process is at work. */
        LIVE,
        STOPPED,
        /** Nobody uses it, and an element is damaged. */
        DAMAGED,
        /** Nobody uses it, and the file that says what it is was cut short. */
        CUT,
        KILLED
    }

    /** What a queue is made of. */
    enum Kind {
        RING,
        JOURNAL
    }

    /** The file that tells commands to end. */
    static final String GO = "go";

    private static final List<String> ELEMENTS = List.of("first", "second");

    private final Path parent;
    private TestJvm queueUser;
    private TestJvm poolUser;
    private TestJvm manager;
    private Process map;

    /** @param names of the queues that there are of each kind in each state, with two elements */
    Subjects(Path parent, List<String> names) throws Exception {
        this.parent = parent;
        boolean complete = false;
        try {
            begin(names);
            complete = true;
        } finally {
            if (!complete) {
                close();
            }
        }
    }

    private void begin(List<String> names) throws Exception {
        for (State state : State.values()) {
            for (Kind kind : Kind.values()) {
                for (String name : names) {
                    create(state, kind, name);
                }
            }
        }
        Files.createDirectory(programs());
        queueUser = TestJvm.start(QueueUser.class, "attach", path("LIVE"), path("STOPPED"), path("KILLED"));
        poolUser =
                TestJvm.start(List.of("-Djava.io.tmpdir=" + programs(), "-Dipcq.archive=off"), PoolUser.class, "jobs");
        manager = TestJvm.start(
                StallsIT.Serving.class,
                "manager",
                "serve",
                socket(State.LIVE),
                "--key",
                key(State.LIVE).toString());
        Path inputs = Files.writeString(parent.resolve("inputs"), "one\ntwo\n");
        map = CommandRun.launch(Stream.concat(Stream.of("map"), mapping(State.LIVE).stream())
                        .toArray())
                .redirectInput(inputs.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        damageOthers();
        queueUser.awaitLine("ready");
        poolUser.awaitLine("ready");
        manager.awaitLine("serves at ");
        await().until(() -> Files.exists(job(State.LIVE).resolve("job.json")));
    }

    private String path(String name) {
        return parent.resolve(name).toString();
    }

    // ---- queues -----------------------------------------------------------------------------------------------------

    Path queue(State state, Kind kind, String name) {
        return parent.resolve(state.name()).resolve(name + "-" + kind);
    }

    private void create(State state, Kind kind, String name) throws Exception {
        Path directory = queue(state, kind, name);
        try (SharedQueue<String> queue = kind == Kind.RING
                ? SharedQueue.builder(String.class).checksum(true).create(directory)
                : DurableQueue.create(directory, String.class)) {
            queue.putAll(ELEMENTS);
        }
        Path control = directory.resolve(kind == Kind.RING ? "ring.ipcq" : "control.ipcq");
        if (state == State.CUT) {
            cut(control);
        } else if (state == State.DAMAGED) {
            QueueCommandTest.damage(kind == Kind.RING ? control : segment(directory), "second");
        }
    }

    private static void cut(Path file) throws IOException {
        Files.write(file, new byte[100]);
    }

    private static Path segment(Path journal) throws IOException {
        try (Stream<Path> files = Files.list(journal.resolve("journal"))) {
            return files.filter(file -> file.toString().endsWith(".cq4"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    // ---- a pool, a manager, a job -----------------------------------------------------------------------------------

    /** The directory for temporary files of the program with the pool. */
    Path programs() {
        return parent.resolve("programs");
    }

    /** Where the manager listens; damaged, it is a plain file. */
    String socket(State state) {
        return path(state == State.DAMAGED ? "damaged-socket" : "run/socket");
    }

    /** Cut, it is no key. */
    Path key(State state) {
        return parent.resolve(state == State.CUT ? "cut-key" : "key");
    }

    private Path job(State state) {
        return parent.resolve(state == State.DAMAGED || state == State.CUT ? state + "-job" : "job");
    }

    /** What a map is given that ends when the others have been killed, or nobody is left who could say so. */
    List<Object> mapping(State state) {
        return List.of(
                "--job",
                job(state),
                "--",
                "sh",
                "-c",
                waiting(parent, ProcessHandle.current().pid()));
    }

    /** For a shell: goes on until there is the file {@code go}, or its directory or a process has gone. */
    static String waiting(Path parent, long pid) {
        return "while [ ! -e " + parent.resolve(GO) + " ] && [ -d " + parent + " ] && kill -0 " + pid
                + "; do sleep 0.1; done";
    }

    private Path go() {
        return parent.resolve(GO);
    }

    private void damageOthers() throws IOException {
        Files.write(Path.of(socket(State.DAMAGED)), new byte[100]);
        Files.write(key(State.CUT), new byte[3]);
        for (State state : List.of(State.DAMAGED, State.CUT)) {
            Files.createDirectory(job(state));
            Files.createFile(job(state).resolve("alive"));
            Files.writeString(job(state).resolve("job.json"), state == State.CUT ? "" : "{\"command\":7}");
        }
    }

    // ---- states -----------------------------------------------------------------------------------------------------

    /** Brings all processes into a state; where nobody uses what is damaged, those of the others go on. */
    void enter(State state) throws Exception {
        switch (state) {
            case LIVE, CUT -> {}
            case STOPPED -> {
                queueUser.stop();
                poolUser.stop();
                manager.stop();
                signal("-STOP");
                for (long pid : List.of(queueUser.pid(), poolUser.pid(), manager.pid(), map.pid())) {
                    QueueWhoIT.awaitState(pid, "T");
                }
            }
            case DAMAGED -> {
                queueUser.cont();
                poolUser.cont();
                manager.cont();
                signal("-CONT");
            }
            case KILLED -> {
                queueUser.kill();
                poolUser.kill();
                manager.kill();
                map.destroyForcibly().waitFor();
                Files.writeString(go(), "");
            }
        }
    }

    private void signal(String signal) throws Exception {
        new ProcessBuilder("kill", signal, Long.toString(map.pid())).start().waitFor();
    }

    /** All processes end, as many as there are; what a map has started that was killed is told to. */
    @Override
    public void close() throws IOException {
        if (map != null) {
            List<ProcessHandle> commands = map.descendants().toList();
            map.destroyForcibly().onExit().join();
            commands.forEach(ProcessHandle::destroyForcibly);
        }
        for (TestJvm each : Arrays.asList(queueUser, poolUser, manager)) {
            if (each != null) {
                each.close();
            }
        }
        Files.writeString(go(), "");
    }
}
