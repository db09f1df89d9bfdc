// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The files of this repository, for tests that read documents and sources. Thread-safe: it has no state. */
public final class SourceTree {

    private SourceTree() {}

    /** The directory of the repository; tests run in that of their module. */
    public static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("docs")) ? here : here.resolveSibling("");
    }

    /** The text of a file, by its path from the root. */
    public static String read(String file) throws IOException {
        return Files.readString(root().resolve(file));
    }

    /** What a directory contains that matches. */
    static List<Path> list(Path directory, String glob) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, glob)) {
            List<Path> list = new ArrayList<>();
            entries.forEach(list::add);
            return list;
        }
    }

    /** A directory of the sources of each module that matches, such as {@code src/main}, where there is one. */
    static List<Path> modules(String glob, String sources) throws IOException {
        return list(root(), glob).stream()
                .map(module -> module.resolve(sources))
                .filter(Files::isDirectory)
                .toList();
    }

    /** All Java files below a directory. */
    static List<Path> sources(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(path -> path.toString().endsWith(".java")).toList();
        }
    }
}
