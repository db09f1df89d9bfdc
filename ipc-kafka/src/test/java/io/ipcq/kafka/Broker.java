// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.brokers.Brokers;
import io.ipcq.brokers.Network;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;

/** The broker of the tests: one for all of a JVM, with which it ends. */
public final class Broker {

    /** Short times, so that tests are, and a long one after which a broker is taken for dead on a busy machine. */
    private static final Map<String, String> SETTINGS = Map.of(
            "broker.session.timeout.ms", "60000",
            "group.share.min.record.lock.duration.ms", "1000",
            "group.share.record.lock.duration.ms", "30000",
            "group.share.min.session.timeout.ms", "1000",
            "group.share.session.timeout.ms", "30000");

    private static Brokers shared; // guarded by the class

    private Broker() {}

    /** The address of a queue there. */
    public static synchronized URI queue(String name) throws IOException {
        if (shared == null) {
            shared = start(Map.of());
        }
        return shared.queue(name);
    }

    /** Another one, with settings of its own. */
    static Brokers start(Map<String, String> settings) throws IOException {
        return start(Network.LOOPBACK, 1, settings);
    }

    /** A cluster of them. */
    public static Brokers start(Network network, int count, Map<String, String> settings) throws IOException {
        Map<String, String> all = new HashMap<>(SETTINGS);
        all.putAll(settings);
        // surefire may hide the real class path in the manifest of a jar, and then names it here
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Brokers.start(network, count, classPath, all);
    }
}
