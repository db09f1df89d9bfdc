// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a sample as its reader would: in a JVM of its own, to its end. */
final class SampleProgram {

    private SampleProgram() {}

    /** What the sample and its children printed, standard error included. */
    static List<String> run(Class<?> sample, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                sample.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(sample.getSimpleName() + " failed: " + output);
            }
            return output.lines().toList();
        } finally {
            process.destroyForcibly();
        }
    }
}
