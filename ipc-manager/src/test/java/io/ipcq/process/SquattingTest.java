// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.memory.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The one name in a directory of all users that everybody knows: what somebody else put there is not used, and breaks
 * nothing.
 */
class SquattingTest {

    /** What is there already. */
    enum Squatter {
        DIRECTORY {
            @Override
            void put(Path name) throws IOException {
                Files.createDirectory(name);
            }
        },
        FILE {
            @Override
            void put(Path name) throws IOException {
                Files.createFile(name);
            }
        },
        LINK {
            @Override
            void put(Path name) throws IOException {
                Files.createSymbolicLink(name, Files.createDirectory(name.resolveSibling("target")));
            }
        },
        LINK_TO_NOTHING {
            @Override
            void put(Path name) throws IOException {
                Files.createSymbolicLink(name, name.resolveSibling("target"));
            }
        };

        abstract void put(Path name) throws IOException;
    }

    @TempDir
    Path base;

    private final Path name = Path.of("ipcq-archives-" + System.getProperty("user.name"));

    private static void giveAway(Path path) throws IOException {
        assumeTrue(
                Integer.valueOf(0).equals(Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS)),
                "only root can give a file away");
        Files.setAttribute(path, "unix:uid", 65534, LinkOption.NOFOLLOW_LINKS);
    }

    private void assertElsewhere() throws IOException {
        Path first = directory();
        assertThat(first).isNotEqualTo(base.resolve(name)).hasParent(base);
        PrivateFiles.requirePrivate(first);
        assertThat(directory()).as("found again").isEqualTo(first);
        for (Path each : List.of(base.resolve(name), base.resolve("target"))) {
            if (Files.isDirectory(each)) {
                assertThat(each).isEmptyDirectory();
            }
        }
        try (Stream<Path> made = Files.list(base)) {
            assertThat(made.filter(each -> each.toString().startsWith(base.resolve(name) + "-"))
                            .filter(each -> !each.equals(guessed())))
                    .containsExactly(first);
        }
    }

    private Path guessed() {
        return base.resolve(name + "-0");
    }

    private Path directory() {
        ClassLoader loader = getClass().getClassLoader();
        return Objects.requireNonNull(ClassArchive.of(base, loader, List.of("org.slf4j.LoggerFactory")))
                .directory();
    }

    @ParameterizedTest
    @EnumSource
    void shouldUseNothingOfAnotherUser(Squatter squatter) throws Exception {
        squatter.put(base.resolve(name));
        giveAway(base.resolve(name));
        giveAway(Files.createDirectory(guessed()));
        assertElsewhere();
    }

    @ParameterizedTest
    @EnumSource
    void shouldUseNothingThatOthersCouldHaveFilled(Squatter squatter) throws Exception {
        squatter.put(base.resolve(name));
        if (squatter == Squatter.DIRECTORY) {
            Files.setPosixFilePermissions(base.resolve(name), PosixFilePermissions.fromString("rwxrwx---"));
        }
        assertElsewhere();
    }
}
