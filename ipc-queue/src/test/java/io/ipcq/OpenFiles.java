// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What this process has open and mapped, according to the kernel. Thread-safe: it has no state. */
public final class OpenFiles {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Path MAPPINGS = Path.of("/proc/self/maps");

    private OpenFiles() {}

    /** What each descriptor is of: a path, or such as {@code socket:[123]}; empty where the system does not say. */
    public static List<String> descriptors() throws IOException {
        if (!Files.exists(DESCRIPTORS)) {
            return List.of();
        }
        try (Stream<Path> links = Files.list(DESCRIPTORS)) {
            return links.map(OpenFiles::target)
                    .filter(target -> !target.isEmpty())
                    .toList();
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }

    /** The path of each mapping of a file; empty where the system does not say. */
    public static List<String> mappings() throws IOException {
        if (!Files.exists(MAPPINGS)) {
            return List.of();
        }
        return Files.readAllLines(MAPPINGS).stream()
                .filter(line -> line.indexOf('/') >= 0)
                .map(line -> line.substring(line.indexOf('/')))
                .toList();
    }
}
