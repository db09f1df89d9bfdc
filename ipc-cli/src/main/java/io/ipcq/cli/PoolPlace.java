// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.pool.PoolView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where programs write down what their pools do. */
final class PoolPlace {

    @Option(
            names = "--tmpdir",
            paramLabel = "DIRECTORY",
            description = "The java.io.tmpdir of the programs, if they have another one than this command.")
    private @Nullable Path directory;

    PoolPlace() {}

    PoolPlace(Path directory) {
        this.directory = directory;
    }

    List<PoolView> all() throws IOException {
        Path place = directory;
        return place == null ? PoolView.all() : PoolView.all(place.toAbsolutePath());
    }

    /** Those that are called so, or that belong to the program with that pid. */
    List<PoolView> called(String name) throws IOException {
        List<PoolView> found = all().stream()
                .filter(pool ->
                        pool.name().equals(name) || Long.toString(pool.pid()).equals(name))
                .toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    "there is no such pool: pool=" + name
                            + "; `ipcq pool ls` has all, and --tmpdir says where programs are that have another java.io.tmpdir");
        }
        return found;
    }
}
