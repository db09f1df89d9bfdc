// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A file of arguments for the {@code java} command that only this user can read; see java(1), "Command-Line Argument
 * Files".
 */
final class ArgumentsFile {

    private ArgumentsFile() {}

    static Path write(Path file, List<String> arguments) throws IOException {
        RunDirectory.createFile(file);
        return Files.write(file, arguments.stream().map(ArgumentsFile::quoted).toList(), ofCommandLines());
    }

    /** The encoding in which the JVM reads its arguments. */
    private static Charset ofCommandLines() {
        String name = System.getProperty("sun.jnu.encoding", "");
        return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.UTF_8;
    }

    private static String quoted(String argument) {
        return '"'
                + argument.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                        .replace("\t", "\\t")
                + '"';
    }
}
