// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.brokers.Brokers;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** A broker for a test, which closes it. */
final class KafkaBroker {

    /** A broker that stands still for seconds on a busy machine is not taken for dead. */
    private static final String PATIENCE_MILLIS = "60000";

    private KafkaBroker() {}

    static Brokers start(Map<String, String> settings) throws IOException {
        // surefire may hide the real class path in the manifest of a jar, and then names it here
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Map<String, String> all = new HashMap<>(settings);
        all.putIfAbsent("broker.session.timeout.ms", PATIENCE_MILLIS);
        return Brokers.start(1, classPath, all);
    }
}
