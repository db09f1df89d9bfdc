// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.brokers.Brokers;
import java.io.IOException;
import java.util.Map;

/** A broker for a test, which closes it. */
final class KafkaBroker {

    private KafkaBroker() {}

    static Brokers start(Map<String, String> settings) throws IOException {
        // surefire may hide the real class path in the manifest of a jar, and then names it here
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Brokers.start(1, classPath, settings);
    }
}
