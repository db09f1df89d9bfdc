// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Many hostile peers do the same, all the time, to a manager with a small heap and few descriptors: it serves others all the same. The soak
 * has more of them, and also asks how soon. What the peers take of the machine's processors is measured where they do it to another
 * manager ({@code ipcq.crowd.elsewhere}).
 */
@Timeout(300)
class HostileClientsIT {

    private static final AuthKey KEY = AuthKey.of(HostileClientsServer.SECRET);
    private static final int PEERS = Integer.getInteger("ipcq.crowd.peers", 4);
    private static final int TRIES = Integer.getInteger("ipcq.crowd.tries", 3);
    private static final int SOON_AT_LEAST = Integer.getInteger("ipcq.crowd.soon", 0);
    private static final boolean ELSEWHERE = Boolean.getBoolean("ipcq.crowd.elsewhere");
    private static final Duration STAY = Duration.ofMillis(500);
    private static final Duration SOON = Duration.ofSeconds(1);

    @TempDir
    static Path directory;

    private static Process process;
    private static Process attacked;
    private static InetSocketAddress address;
    private static InetSocketAddress attackedAddress;

    private final CountDownLatch over = new CountDownLatch(1);
    private final List<Thread> crowd = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        process = start("served");
        address = address(process);
        attacked = ELSEWHERE ? start("attacked") : process;
        attackedAddress = ELSEWHERE ? address(attacked) : address;
    }

    private static Process start(String name) throws IOException {
        return new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -n 4096; exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostileClientsServer.class.getName(),
                        directory.resolve(name).toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static InetSocketAddress address(Process server) throws IOException {
        BufferedReader lines = server.inputReader();
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(lines.readLine()));
    }

    @AfterEach
    void disperse() throws Exception {
        over.countDown();
        for (Thread thread : crowd) {
            thread.join();
        }
    }

    @AfterAll
    static void end() throws Exception {
        process.destroyForcibly().waitFor();
        attacked.destroyForcibly().waitFor();
    }

    private ProtocolClient connect() throws Exception {
        return new ProtocolClient(Connection.connect(address, KEY));
    }

    private void surround(Attack attack) {
        for (int i = 0; i < PEERS; i++) {
            HostilePeer peer = new HostilePeer(attackedAddress, "peer" + i, STAY, over);
            Thread thread = new Thread(() -> peer.attack(attack), "hostile-" + i);
            thread.setDaemon(true);
            thread.start();
            crowd.add(thread);
        }
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
            surround(attack);
            int soon = serve(attack);
            first.result("ping");
            assertThat(process.isAlive()).isTrue();
            assertThat(soon).isGreaterThanOrEqualTo(SOON_AT_LEAST);
        }
    }
}
