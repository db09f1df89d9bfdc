// SPDX-License-Identifier: Apache-2.0
package io.ipcq.brokers;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.internals.Exit;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A Kafka broker and controller in one; the only class that touches a broker's inside. It ends when its standard input
 * does, which is when the process that started it ends, in whatever way, and then takes the directory of the cluster
 * along.
 */
final class BrokerProgram {

    /** Begins the name of a feature, among the settings. */
    static final String FEATURE = "feature:";

    /** Somebody may be writing meanwhile. */
    private static final int MOST_DELETIONS = 100;

    private static final String CLUSTER = "MkU3OEVBNTcwNTJENDM2Qk";

    private BrokerProgram() {}

    /** Directory, number of the broker, then {@code name=value} of its configuration and its features. */
    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        Thread end = new Thread(() -> endWithParent(directory), "end");
        end.setDaemon(true);
        end.start();
        int number = Integer.parseInt(args[1]);
        Map<String, String> config = new HashMap<>();
        Formatter formatter = new Formatter();
        for (int i = 2; i < args.length; i++) {
            String[] setting = args[i].split("=", 2);
            if (setting[0].startsWith(FEATURE)) {
                formatter.setFeatureLevel(setting[0].substring(FEATURE.length()), Short.valueOf(setting[1]));
            } else {
                config.put(setting[0], setting[1]);
            }
        }
        formatter
                .setClusterId(CLUSTER)
                .setNodeId(number)
                .addDirectory(directory.toString())
                .setMetadataLogDirectory(directory.toString())
                .setControllerListenerName(Brokers.CONTROLLER)
                .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                .setReleaseVersion(MetadataVersion.latestProduction())
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .run();
        start(config);
    }

    /** A broker that cannot start ends: what it began would keep it here. */
    private static void start(Map<String, String> config) {
        try {
            new KafkaRaftServer(new KafkaConfig(config), Time.SYSTEM).startup();
            System.out.println(Brokers.STARTED);
        } catch (Throwable e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private static void endWithParent(Path directory) {
        try {
            while (System.in.read() >= 0) {
                // nobody writes there
            }
        } catch (IOException e) {
            // the same
        }
        // a broker that misses its files would end at once, with some of them still there
        Exit.setHaltProcedure(BrokerProgram::stay);
        Exit.setExitProcedure(BrokerProgram::stay);
        Path all = directory.resolveSibling(""); // of those, too, that were killed
        for (int times = 0; times < MOST_DELETIONS && Files.exists(all); times++) {
            Brokers.delete(all);
        }
        Runtime.getRuntime().halt(0);
    }

    private static void stay(int status, String message) {
        while (true) {
            LockSupport.park();
        }
    }
}
