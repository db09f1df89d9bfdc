// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Patient;
import io.ipcq.manager.wire.ProtocolClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Many hostile peers do the same, all the time, to a manager with a small heap and few descriptors: it serves others
 * all the same. The soak has more of them, with the lowest priority, so that what they take of the machine's processors
 * is not measured, and asks how soon.
 */
@Timeout(300)
@Tag("once")
class HostileClientsIT {

    private static final AuthKey KEY = AuthKey.of(HostileClientsServer.SECRET);
    private static final int PEERS = Integer.getInteger("ipcq.crowd.peers", 4);
    private static final int NICE = Integer.getInteger("ipcq.crowd.nice", 0);
    private static final int TRIES = Integer.getInteger("ipcq.crowd.tries", 3);
    private static final int SOON_AT_LEAST = Integer.getInteger("ipcq.crowd.soon", 0);
    private static final long PAUSE_MILLIS = Long.getLong("ipcq.crowd.pause", 0);
    private static final Duration SOON = Duration.ofSeconds(1);

    @TempDir
    static Path directory;

    private static Process process;
    private static Process crowd;
    private static InetSocketAddress address;

    @BeforeAll
    static void start() throws IOException {
        process = start("ulimit -n 4096; exec \"$@\"", "-Xmx128m", HostileClientsServer.class, directory);
        int port = Integer.parseInt(process.inputReader().readLine());
        address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        crowd = start("exec nice -n " + NICE + " \"$@\"", "-Xmx2g", HostileCrowd.class, port, PEERS);
    }

    private static Process start(String script, String heap, Class<?> program, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(heap, "-cp", System.getProperty("java.class.path"), program.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @AfterAll
    static void end() throws Exception {
        for (Process each : List.of(crowd, process)) {
            each.destroyForcibly().waitFor();
        }
    }

    private static String tellCrowd(String what) throws IOException {
        crowd.outputWriter().append(what).append('\n').flush();
        return crowd.inputReader().readLine();
    }

    private ProtocolClient connect() throws Exception {
        return new ProtocolClient(Patient.client(address, KEY).connect());
    }

    /** Something of each kind, from a connection of its own. */
    private void requireServed(int number) throws Exception {
        try (ProtocolClient client = connect()) {
            client.result("open", "counter", "mine", Map.of());
            client.result("counter.add", "mine", 1);
            String queue = "letters" + number;
            client.result("open", "queue", queue, Map.of("codec", "utf8", "capacityBytes", 1 << 16));
            assertThat(client.result("queue.put", queue, "letter", 0)).isEqualTo(true);
            assertThat(client.result("queue.get", queue, 0, true)).isEqualTo("letter");
            client.send("arrived", client.last());
            client.result("open", "map", HostileClientsServer.SHARED, Map.of());
            client.result("map.put", HostileClientsServer.SHARED, "number", number);
            assertThat(client.result("map.get", HostileClientsServer.SHARED, "number"))
                    .isEqualTo(number);
            client.ask("map.get", HostileClientsServer.SHARED, "poison"); // whatever that is, the connection stays
            client.result("open", "lock", "door", Map.of());
            assertThat(client.result("lock.lock", "door", "me", 0)).isEqualTo(true);
            client.result("lock.unlock", "door", "me");
            client.result("open", "object", "own", Map.of("interface", HostileClientsServer.Own.class.getName()));
            assertThat(client.result("object.call", "own", "ok/0", List.of())).isEqualTo(1);
        }
    }

    /** How often it was soon. */
    private int serve(Object meanwhile) throws Exception {
        int soon = 0;
        long slowest = 0;
        for (int i = 0; i < TRIES; i++) {
            long began = System.nanoTime();
            requireServed(i);
            long took = System.nanoTime() - began;
            slowest = Math.max(slowest, took);
            if (took < SOON.toNanos()) {
                soon++;
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        System.out.printf(
                "%s: %d of %d within %s, slowest %d ms%n",
                meanwhile, soon, TRIES, SOON, Duration.ofNanos(slowest).toMillis());
        return soon;
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeOthersWhileHostilePeersDo(Attack attack) throws Exception {
        try (ProtocolClient first = connect()) {
            first.result("open", "map", HostileClientsServer.SHARED, Map.of());
            serve("before"); // also so that what is done often is compiled
            assertThat(tellCrowd(attack.name())).isEqualTo(attack.name());
            int soon = 0;
            try {
                soon = serve(attack);
            } finally {
                System.out.println("the crowd has come " + tellCrowd("") + " times");
            }
            first.result("ping");
            assertThat(process.isAlive()).isTrue();
            assertThat(soon).isGreaterThanOrEqualTo(SOON_AT_LEAST);
        }
    }
}
