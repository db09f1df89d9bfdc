// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import io.ipcq.connection.AuthKey;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Every command that can be given the address of a queue, where the manager of that queue is stopped: before the
 * command begins, or in the middle. Each ends, says so in a line, and needs nobody for that.
 */
@EnabledOnOs(OS.LINUX)
@Tag("once")
class SilentManagerIT {

    /** Those that take part; the others only look, and say that they cannot look there. */
    private static final Set<String> TAKING_PART = Set.of(
            "queue put",
            "queue get",
            "queue drain",
            "queue move",
            "queue rm",
            "queue alter",
            "queue reopen",
            "queue requeue");

    private static final String SHORT = "0.3";
    private static final long PATIENCE_SECONDS = 60;
    private static final InputStream NOTHING = InputStream.nullInputStream();

    @TempDir
    Path parent;

    private TestJvm server;
    private String tcp;
    private String unix;

    @BeforeEach
    void serve() throws Exception {
        Path key = parent.resolve("key");
        Path socket = parent.resolve("socket");
        server = TestJvm.start(Serving.class, socket.toString(), key.toString(), parent.toString());
        String port = server.awaitLine("port ").substring("port ".length());
        tcp = "ipcq://127.0.0.1:" + port + "/orders?key=" + key;
        unix = "ipcq:" + socket + "?queue=orders&key=" + key;
    }

    @AfterEach
    void end() {
        server.kill(); // one that is stopped does not see the end of its parent
    }

    /** One manager with a queue of text, at a socket and over TCP. */
    static final class Serving {
        private Serving() {}

        public static void main(String[] arguments) throws Exception {
            AuthKey key = AuthKey.random();
            key.save(Path.of(arguments[1]));
            Path queues = Path.of(arguments[2], "queues");
            try (ManagerServer local = serve(queues.resolve("local"), UnixDomainSocketAddress.of(arguments[0]), key);
                    ManagerServer remote = serve(
                            queues.resolve("remote"),
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                            key)) {
                int port = ((InetSocketAddress) remote.address()).getPort();
                for (String address : List.of(
                        "ipcq:" + local.address() + "?queue=orders&key=" + arguments[1],
                        "ipcq://127.0.0.1:" + port + "/orders?key=" + arguments[1])) {
                    DurableQueue.openOrCreate(URI.create(address), String.class).close();
                }
                System.out.println("port " + port);
                System.in.read();
            }
        }

        private static ManagerServer serve(Path directory, SocketAddress address, AuthKey key) throws Exception {
            return ManagerServer.builder().directory(directory).bind(address, key);
        }
    }

    // ---- before the command begins ----------------------------------------------------------------------------------

    private static boolean isQueue(ArgSpec argument) {
        return argument.type().equals(QueueName.class)
                || Arrays.asList(argument.auxiliaryTypes()).contains(QueueName.class);
    }

    /** The commands that may be given an address, by picocli's model of them. */
    private static Map<String, CommandSpec> takingQueues() {
        Map<String, CommandSpec> found = new TreeMap<>();
        for (String command : EveryCommandTest.leaves()) {
            CommandSpec spec = EveryCommandTest.spec(Arrays.asList(command.split(" ", -1)));
            if (spec.args().stream().anyMatch(SilentManagerIT::isQueue)) {
                found.put(command, spec);
            }
        }
        return found;
    }

    /** A line with this address wherever a queue is wanted. */
    private Object[] line(String command, CommandSpec spec, String address, boolean isFirst) throws Exception {
        List<Object> line = new ArrayList<>(Arrays.asList(command.split(" ", -1)));
        if (spec.optionsMap().containsKey("--answer-timeout")) {
            line.add("--answer-timeout=" + SHORT);
        }
        if (spec.optionsMap().containsKey("--yes")) {
            line.add("--yes");
        }
        if (command.equals("doctor")) {
            line.addAll(List.of("--gather", parent.resolve("gathered")));
        }
        List<Object> queues = new ArrayList<>(List.of(address));
        if (command.equals("queue move") || command.equals("queue repair")) {
            queues.add(isFirst ? 1 : 0, here());
        }
        line.addAll(queues);
        if (command.equals("queue put")) {
            line.add("an element");
        }
        return line.toArray();
    }

    /** A queue in a directory, with something to move. */
    private Path here() throws Exception {
        Path directory = parent.resolve("here");
        try (SharedQueue<String> queue = DurableQueue.openOrCreate(directory, String.class)) {
            queue.put("a");
        }
        return directory;
    }

    @Test
    void shouldEndEveryCommandWhereManagerIsStopped() throws Exception {
        server.stop();
        QueueWhoIT.awaitState(server.pid(), "T");
        Map<String, CommandSpec> commands = takingQueues();
        assertThat(commands.keySet()).containsAll(TAKING_PART).contains("queue stat", "queue who", "top");
        List<Begun> all = new ArrayList<>();
        for (Map.Entry<String, CommandSpec> command : commands.entrySet()) {
            for (String address : List.of(tcp, unix)) {
                for (boolean isFirst : List.of(true, false)) {
                    Object[] line = line(command.getKey(), command.getValue(), address, isFirst);
                    all.add(new Begun(command.getKey(), address, Arrays.toString(line), begin(NOTHING, line)));
                }
            }
        }
        SoftAssertions failures = new SoftAssertions();
        for (Begun each : all) {
            failures.assertThatCode(() -> shouldSayWhy(each.command, each.address, each.run))
                    .as(each.line)
                    .doesNotThrowAnyException();
        }
        failures.assertAll();
    }

    private record Begun(String command, String address, String line, FutureTask<CommandRun> run) {}

    private void shouldSayWhy(String command, String address, FutureTask<CommandRun> run) throws Exception {
        CommandRun ended = run.get(PATIENCE_SECONDS, TimeUnit.SECONDS).endsWith(1);
        String why = !TAKING_PART.contains(command)
                ? "only a queue in a directory can be looked at"
                : address.equals(unix)
                        ? "manager-stopped: pid " + server.pid()
                        : "the manager did not answer in time: address=ipcq://127.0.0.1:";
        assertThat(ended.err().lines().filter(line -> !line.startsWith("moved: ") && !line.startsWith("requeued: ")))
                .singleElement()
                .satisfies(line -> assertThat(line).startsWith("ipcq: " + why));
        assertThat(ended.err()).doesNotContain("key=");
    }

    // ---- in the middle ----------------------------------------------------------------------------------------------

    @Test
    void shouldEndThoseThatWaitWhereManagerStopsOverTcp() throws Exception {
        FutureTask<CommandRun> getting =
                begin(NOTHING, "queue", "get", tcp, "--timeout", "1e9", "--answer-timeout", "1");
        PipedOutputStream typed = new PipedOutputStream();
        FutureTask<CommandRun> putting =
                begin(new PipedInputStream(typed), "queue", "put", tcp, "--answer-timeout", "1");
        typed.write("first\n".getBytes(StandardCharsets.UTF_8));
        typed.flush();
        assertThat(getting.get(PATIENCE_SECONDS, TimeUnit.SECONDS).endsWith(0).lines())
                .containsExactly("first");
        FutureTask<CommandRun> waiting =
                begin(NOTHING, "queue", "get", tcp, "--timeout", "1e9", "--answer-timeout", "1");
        await().until(() -> isAskingFor(waiting));
        server.stop();
        typed.write("second\n".getBytes(StandardCharsets.UTF_8));
        typed.close();
        for (FutureTask<CommandRun> each : List.of(waiting, putting)) {
            assertThat(each.get(PATIENCE_SECONDS, TimeUnit.SECONDS).endsWith(1).err())
                    .startsWith("ipcq: the manager is gone: address=")
                    .contains("it has not answered in time")
                    .hasLineCount(1);
        }
    }

    private static FutureTask<CommandRun> begin(InputStream input, Object... words) {
        FutureTask<CommandRun> run = new FutureTask<>(() -> CommandRun.here(Terminal.NONE, input, words));
        Thread thread = new Thread(run, "command-" + System.identityHashCode(run));
        thread.setDaemon(true);
        thread.start();
        return run;
    }

    /** Whether it has sent its question, and waits. */
    private static boolean isAskingFor(FutureTask<CommandRun> run) {
        return run.isDone()
                || Thread.getAllStackTraces().entrySet().stream()
                        .filter(each -> each.getKey().getName().equals("command-" + System.identityHashCode(run)))
                        .anyMatch(each -> Arrays.toString(each.getValue()).contains("ElementTaker.receive"));
    }
}
