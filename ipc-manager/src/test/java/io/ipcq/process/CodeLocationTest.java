// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.memory.DirectoryHandle;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodeLocationTest {

    @TempDir
    Path directory;

    private Path program;
    private Path copy;

    @BeforeEach
    void pack() throws IOException {
        program = Files.createDirectory(directory.resolve("my programs")).resolve("app.jar");
        pack(
                program,
                "BOOT-INF/lib/inner.jar",
                "BOOT-INF/classes/com/acme/Main.class",
                "WEB-INF/lib-provided/more.jar");
    }

    private static void pack(Path jar, String... entries) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            for (String entry : entries) {
                out.putNextEntry(new JarEntry(entry));
                out.write(entry.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    @AfterEach
    void remove() throws IOException {
        if (copy != null) {
            DirectoryHandle.delete(copy);
        }
    }

    private Path locate(String form) throws IOException {
        Path found = CodeLocation.of(form.replace("APP", program.toUri().getRawPath()));
        copy = found == null || found.startsWith(directory) ? copy : UnpackedProgram.of(program);
        return found;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jar:nested:APP/!BOOT-INF/lib/inner.jar!/",
                "jar:nested:APP/!BOOT-INF/lib/inner.jar!/com/acme/Main.class",
                "jar:file:APP!/BOOT-INF/lib/inner.jar!/",
                "jar:file:APP!/BOOT-INF/lib/inner.jar"
            })
    void shouldFindArchiveInArchive(String form) throws IOException {
        assertThat(locate(form)).hasContent("BOOT-INF/lib/inner.jar");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jar:nested:APP/!BOOT-INF/classes/!/",
                "jar:file:APP!/BOOT-INF/classes!/",
                "jar:file:APP!/BOOT-INF/classes/"
            })
    void shouldFindFolderInArchive(String form) throws IOException {
        assertThat(locate(form).resolve("com/acme/Main.class")).hasContent("BOOT-INF/classes/com/acme/Main.class");
    }

    @Test
    void shouldFindFilesWhereTheyAre() throws IOException {
        assertThat(locate("file:APP")).isEqualTo(program);
        assertThat(locate("jar:file:APP!/")).isEqualTo(program);
        assertThat(locate("https://example.org/app.jar")).isNull();
    }

    @Test
    void shouldLetNobodyElseAtTheCopy() throws IOException {
        locate("jar:nested:APP/!BOOT-INF/lib/inner.jar!/");
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            assertThat(Files.getPosixFilePermissions(copy)).hasSize(3);
            assertThat(Files.getPosixFilePermissions(copy.getParent())).hasSize(3);
        }
    }

    @Test
    void shouldUnpackAgainWhatSomebodyTidiedAway() throws IOException {
        locate("jar:nested:APP/!BOOT-INF/lib/inner.jar!/");
        DirectoryHandle.delete(copy);
        assertThat(locate("jar:nested:APP/!BOOT-INF/lib/inner.jar!/")).exists();
    }

    /** Those that are in use stay, however old. */
    @Test
    void shouldRemoveCopiesThatNobodyHasUsedForLong() throws IOException {
        locate("jar:nested:APP/!BOOT-INF/lib/inner.jar!/");
        Path cache = copy.getParent();
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofDays(31)));
        Path unused = Files.createDirectory(cache.resolve("unused-" + System.nanoTime()));
        Path unfinished = Files.createDirectory(cache.resolve("x.new-" + System.nanoTime()));
        Set<Path> aged = new TreeSet<>(Set.of(copy, unused, unfinished));
        for (Path each : aged) {
            Files.setLastModifiedTime(each, old);
        }
        Path other = directory.resolve("other.jar");
        pack(other, "lib/other.jar");
        Path otherCopy = UnpackedProgram.of(other);
        try {
            assertThat(copy).exists();
            assertThat(unused).doesNotExist();
            assertThat(unfinished).doesNotExist();
        } finally {
            DirectoryHandle.delete(otherCopy);
        }
    }

    private static Set<String> names(Path cache) throws IOException {
        try (DirectoryHandle held = DirectoryHandle.open(cache)) {
            return Set.copyOf(held.names());
        }
    }

    @Test
    void shouldRefuseEntryThatLeadsOutOfTheArchive() throws IOException {
        Path evil = directory.resolve("evil.jar");
        pack(evil, "../../outside");
        locate("jar:nested:APP/!BOOT-INF/lib/inner.jar!/");
        Set<String> before = names(copy.getParent());
        assertThatThrownBy(() -> UnpackedProgram.of(evil))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("entry=../../outside");
        assertThat(names(copy.getParent())).isEqualTo(before);
        assertThat(directory.resolve("outside")).doesNotExist();
    }
}
