// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.observe.StallRules;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What a command looks at that shows everything at once. */
final class Overview {

    /** A manager to look at as well. */
    static final class NamedManager {
        @Option(names = "--manager", required = true, paramLabel = "ADDRESS", description = "A manager, too.")
        @SuppressWarnings("NullAway.Init") // picocli
        private String address;

        @Option(names = "--key", required = true, paramLabel = "FILE", description = "The file with its key.")
        @SuppressWarnings("NullAway.Init") // picocli
        private Path keyFile;

        /** A command that is about it, as it is typed. */
        String[] words(String group, String command) {
            return new String[] {group, command, address, "--key", keyFile.toString(), "--json"};
        }
    }

    @Mixin
    private QueuePlaces places = new QueuePlaces();

    @Mixin
    private PoolPlace poolPlace = new PoolPlace();

    @Mixin
    private Patience patience = new Patience();

    @ArgGroup(exclusive = false)
    private @Nullable NamedManager manager;

    QueuePlaces places() {
        return places;
    }

    StallRules rules() {
        return patience.ofQueues();
    }

    /** What there is besides queues; to be closed. */
    Surroundings surroundings(CommandSpec spec) {
        NamedManager named = manager;
        return new Surroundings(
                poolPlace,
                patience.ofPools(),
                named == null
                        ? List.of()
                        : List.of(new ManagerDoor(spec, named.address, named.keyFile, ManagerDoor.TIMEOUT)));
    }
}
