// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.StallRules;
import io.ipcq.pool.PoolRules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What tests look at: one directory, and nothing of other programs of this user. */
final class Scenes {

    /** So long that no busy machine makes a task stuck that has only just begun. */
    private static final Duration LONG = Duration.ofHours(1);

    static {
        System.setProperty("sun.net.httpserver.nodelay", "true"); // as the command does, or each answer takes 40 ms
    }

    private Scenes() {}

    /** A page of the queues, and of the programs whose temporary files are there. */
    static WebServer serve(Path directory, boolean readOnly) throws Exception {
        return serve(directory, readOnly, LONG, List.of());
    }

    static WebServer serve(Path directory, boolean readOnly, Duration patience, List<ManagerDoor> managers)
            throws Exception {
        return new WebServer(
                new WebQueues(List.of(new QueueName(directory)), new StallRules(patience)),
                surroundings(directory, patience, managers),
                0,
                readOnly);
    }

    static Surroundings surroundings(Path directory, Duration patience, List<ManagerDoor> managers) {
        return new Surroundings(new PoolPlace(directory), new PoolRules(patience), managers);
    }
}
