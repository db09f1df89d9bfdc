// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Runs a script of this module that prints one figure, if the machine has a {@code python3}. */
public final class Python {

    private static final String COMMAND = "python3";

    private Python() {}

    public static boolean isThere() {
        try {
            return new ProcessBuilder(COMMAND, "--version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The figure that a script prints last; the script lies beside the class in the class path. */
    public static double figure(Class<?> beside, String script, Object... arguments) throws Exception {
        try (Scratch scratch = new Scratch()) {
            Process process = start(beside, script, scratch, arguments);
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(script + " failed: " + output);
            }
            return Double.parseDouble(output.strip());
        }
    }

    /** Starts a script that lies beside the class in the class path. */
    public static Process start(Class<?> beside, String script, Scratch scratch, Object... arguments)
            throws IOException {
        List<String> command =
                new ArrayList<>(List.of(COMMAND, copy(beside, script, scratch).toString()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static Path copy(Class<?> beside, String script, Scratch scratch) {
        Path copy = scratch.resolve(script);
        try (InputStream source = Objects.requireNonNull(beside.getResourceAsStream(script), script)) {
            Files.copy(source, copy);
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
