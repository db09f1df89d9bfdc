// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which manager a command is about. */
final class ManagerAt {

    @Parameters(index = "0", paramLabel = "ADDRESS", description = "Where the manager listens.")
    @SuppressWarnings("NullAway.Init") // picocli
    private String address;

    @Option(names = "--key", required = true, paramLabel = "FILE", description = "The file with its key.")
    @SuppressWarnings("NullAway.Init") // picocli
    private Path keyFile;

    SocketAddress address(CommandSpec spec) {
        return ManagerDoor.parse(spec, address);
    }

    Path keyFile() {
        return keyFile;
    }

    ManagerDoor door(CommandSpec spec, Duration timeout) {
        return new ManagerDoor(spec, address, keyFile, timeout);
    }
}
