// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.connection.AuthKey;
import io.ipcq.manager.Manager;
import io.ipcq.observe.ProcessSight;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
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

    Manager connect(CommandSpec spec) throws IOException, InterruptedException {
        SocketAddress socket = address(spec);
        AuthKey key = AuthKey.load(keyFile);
        ProcessSight stopped = ManagerDoor.stoppedAt(socket);
        if (stopped != null) {
            throw new IllegalStateException(ManagerSight.whyStopped(stopped));
        }
        return Manager.connect(socket, key);
    }

    ManagerDoor door(CommandSpec spec) {
        return new ManagerDoor(spec, address, keyFile);
    }
}
