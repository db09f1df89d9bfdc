// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The path of a socket may have about a hundred bytes; the directory for temporary files may have more. */
class LongDirectoryIT {

    @TempDir
    Path directory;

    @Test
    void shouldFindAnotherPlaceForSockets() throws Exception {
        Path longer = Files.createDirectory(directory.resolve("x".repeat(100)));
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + longer,
                        "-cp",
                        System.getProperty("java.class.path"),
                        LongDirectoryProgram.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().remove("XDG_RUNTIME_DIR");
        Process program = builder.start();
        assertThat(new String(program.getInputStream().readAllBytes(), UTF_8).lines())
                .containsExactly("piped", "managed");
        assertThat(program.waitFor()).isZero();
    }
}
