// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.manager.Manager;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Which manager a command asks, and how long that may take. */
final class AskedManager {

    @Mixin
    private ManagerAt at = new ManagerAt();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "How long it may take to be reached, and then to answer each question; 5 unless given.")
    private Duration timeout = ManagerDoor.TIMEOUT;

    Manager connect(CommandSpec spec) throws IOException, InterruptedException {
        return ManagerDoor.connect(at.address(spec), at.keyFile(), timeout);
    }

    ManagerDoor door(CommandSpec spec) {
        return at.door(spec, timeout);
    }
}
