// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Many hostile peers in a process of their own. A line with the name of an attack begins it, and is answered when all
 * have come. An empty line ends it, and is answered with how often they have come. The process ends with its input.
 */
final class HostileCrowd {

    private static final Duration STAY = Duration.ofMillis(500);

    private final CountDownLatch over = new CountDownLatch(1);
    private final CountDownLatch here;
    private final AtomicLong connections = new AtomicLong();
    private final List<Thread> peers = new ArrayList<>();

    private HostileCrowd(int count) {
        here = new CountDownLatch(count);
    }

    private void begin(Attack attack, SocketAddress address) throws InterruptedException {
        long count = here.getCount();
        for (int i = 0; i < count; i++) {
            AtomicBoolean first = new AtomicBoolean(true);
            HostilePeer peer = new HostilePeer(address, "peer" + i, STAY, over, () -> {
                connections.incrementAndGet();
                if (first.getAndSet(false)) {
                    here.countDown();
                }
            });
            Thread thread = new Thread(() -> peer.attack(attack), "hostile-" + i);
            thread.setDaemon(true);
            thread.start();
            peers.add(thread);
        }
        here.await();
    }

    private void disperse() throws InterruptedException {
        over.countDown();
        for (Thread peer : peers) {
            peer.join();
        }
    }

    public static void main(String[] args) throws Exception {
        SocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        HostileCrowd crowd = null;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (crowd == null) {
                crowd = new HostileCrowd(Integer.parseInt(args[1]));
                crowd.begin(Attack.valueOf(line), address);
                System.out.println(line);
            } else {
                crowd.disperse();
                System.out.println(crowd.connections);
                crowd = null;
            }
        }
    }
}
