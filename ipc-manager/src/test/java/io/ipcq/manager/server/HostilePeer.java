// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.connection.RawPeer;
import io.ipcq.manager.wire.ProtocolClient;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One of those who attack a manager, with what it has opened. */
final class HostilePeer implements AutoCloseable {

    private final SocketAddress address;
    private final String name;
    private final Duration stay;
    private final CountDownLatch over;
    private final Runnable whenConnected;
    private final List<AutoCloseable> open = new ArrayList<>();
    private ProtocolClient client;

    /** It stays for a while each time; all peers are called off together. */
    HostilePeer(SocketAddress address, String name, Duration stay, CountDownLatch over, Runnable whenConnected) {
        this.address = address;
        this.name = name;
        this.stay = stay;
        this.over = over;
        this.whenConnected = whenConnected;
    }

    /** Attacks, and comes again when it is turned away, until it is called off. */
    void attack(Attack attack) {
        while (over.getCount() > 0) {
            try {
                attack.go(this);
            } catch (Exception | AssertionError turnedAway) {
                // as it has deserved
            } finally {
                close();
            }
        }
    }

    /** No other peer's. */
    String name() {
        return name;
    }

    ProtocolClient client() throws Exception {
        if (client == null) {
            client = keep(new ProtocolClient(Connection.connect(address, AuthKey.of(HostileClientsServer.SECRET))));
        }
        return client;
    }

    RawPeer stranger() throws IOException {
        return keep(RawPeer.connect(address));
    }

    private <T extends AutoCloseable> T keep(T opened) {
        open.add(opened);
        whenConnected.run();
        return opened;
    }

    /** Keeps for a while what it has. */
    void stay() throws InterruptedException {
        boolean unused = over.await(stay.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        for (AutoCloseable each : open) {
            try {
                each.close();
            } catch (Exception e) {
                // it was cut off
            }
        }
        open.clear();
        client = null;
    }
}
