// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.memory.PrivateFiles;
import io.ipcq.memory.RegionFormatException;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What another user can do to a child where he may exchange what is in the directory for temporary files: run nothing
 * as its user.
 */
class HostileTaskIT {

    private static final int NOBODY = 65534;

    /** Directories for temporary files in which others can exchange what this user makes. */
    enum Place {
        OPEN_TO_ALL {
            @Override
            Path make(Path root) throws IOException {
                return permit(Files.createDirectory(root.resolve("place")), "rwxrwxrwx");
            }
        },
        OF_ANOTHER_USER {
            @Override
            Path make(Path root) throws IOException {
                return giveAway(Files.createDirectory(root.resolve("place")));
            }
        },
        BELOW_ANOTHER_USERS {
            @Override
            Path make(Path root) throws IOException {
                Path above = Files.createDirectory(root.resolve("above"));
                Path place = Files.createDirectory(above.resolve("place"));
                giveAway(above);
                return place;
            }
        },
        BEHIND_LINK_OF_ANOTHER_USER {
            @Override
            Path make(Path root) throws IOException {
                return giveAway(
                        Files.createSymbolicLink(root.resolve("link"), Files.createDirectory(root.resolve("place"))));
            }
        },
        BEHIND_LINK_IN_OPEN_DIRECTORY {
            @Override
            Path make(Path root) throws IOException {
                Path open = Files.createDirectory(root.resolve("open"));
                Path place = Files.createDirectory(root.resolve("place"));
                Files.createSymbolicLink(permit(open, "rwxrwxrwx").resolve("link"), place);
                return Files.createSymbolicLink(root.resolve("link"), open.resolve("link"));
            }
        };

        abstract Path make(Path root) throws IOException;
    }

    /** What was put in place of a task, or of the directory that it is in. */
    enum Plant {
        DIRECTORY_OF_ANOTHER_USER {
            @Override
            Path put(Path task) throws IOException {
                giveAway(task.getParent());
                return task;
            }
        },
        FILE_OF_ANOTHER_USER {
            @Override
            Path put(Path task) throws IOException {
                return giveAway(task);
            }
        },
        DIRECTORY_THAT_OTHERS_MAY_WRITE_TO {
            @Override
            Path put(Path task) throws IOException {
                permit(task.getParent(), "rwxrwx---");
                return task;
            }
        },
        FILE_THAT_OTHERS_MAY_WRITE_TO {
            @Override
            Path put(Path task) throws IOException {
                return permit(task, "rw-rw----");
            }
        },
        LINK_FOR_DIRECTORY {
            @Override
            Path put(Path task) throws IOException {
                Path directory = task.getParent();
                Path link = Files.createSymbolicLink(directory.resolveSibling("link"), directory);
                return link.resolve(task.getFileName());
            }
        },
        LINK_FOR_FILE {
            @Override
            Path put(Path task) throws IOException {
                return Files.createSymbolicLink(task.resolveSibling("2.task"), task);
            }
        };

        abstract Path put(Path task) throws IOException;
    }

    @TempDir
    Path root;

    private static Path permit(Path path, String permissions) throws IOException {
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private static Path giveAway(Path path) throws IOException {
        assumeTrue(
                Integer.valueOf(0).equals(Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS)),
                "only root can give a file away");
        return Files.setAttribute(path, "unix:uid", NOBODY, LinkOption.NOFOLLOW_LINKS);
    }

    /** A task with everything that a child looks for beside it. */
    private Path task() throws IOException {
        Path directory = permit(Files.createDirectory(root.resolve("ipcq-process-1-1")), "rwx------");
        RunDirectory.createFile(RunDirectory.aliveFile(directory));
        return TaskFile.write(
                new ChildProcess(HostileTaskIT::mark, root.resolve("mark").toString()).task(),
                directory.resolve("1.task"));
    }

    static void mark(String file) throws IOException {
        Files.createFile(Path.of(file));
    }

    @ParameterizedTest
    @EnumSource
    void shouldReadNoTaskThatSomebodyElseCouldHavePutThere(Plant plant) throws Exception {
        Path planted = plant.put(task());
        ParentLink link = ParentLink.open(planted.getParent());

        assertThatThrownBy(() -> TaskFile.read(planted, true, link))
                .isInstanceOf(RegionFormatException.class)
                .hasMessageContaining(root.toString());
    }

    @ParameterizedTest
    @EnumSource
    void shouldRunNoTaskThatSomebodyElseCouldHavePutThere(Plant plant) throws Exception {
        Path task = task();
        Path detached = Files.move(task, task.resolveSibling("1.detached")); // its parent need not live
        Path planted = plant.put(detached);
        Path given = planted.toString().endsWith(".task")
                ? Files.move(planted, planted.resolveSibling("2.detached"))
                : planted;

        try (Program child = Program.start(root, ChildMain.class, given.toString())) {
            assertThat(child.exitCode()).as(child.output()).isNotZero();
        }
        assertThat(root.resolve("mark")).doesNotExist();
    }

    @Test
    void shouldReadNothingButAChildAtTheTop() throws Exception {
        Path task = task();
        try (var out = new ObjectOutputStream(Files.newOutputStream(task))) {
            out.writeObject(new ArrayList<>(List.of("a")));
        }
        try (var in = new java.io.ObjectInputStream(Files.newInputStream(task))) {
            in.setObjectInputFilter(new TravelLimits(Files.size(task), ChildProcess.class));
            assertThatThrownBy(in::readObject)
                    .isInstanceOf(InvalidClassException.class)
                    .hasMessageContaining("REJECTED");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldStartChildrenWhereNobodyCanExchangeTheirTasks(Place place) throws Exception {
        assumeTrue(PrivateFiles.objectionAbove(Path.of("/tmp/any")) == null, "there is no other place");
        Path directory = place.make(root);
        try (Program parent = Program.start(
                directory, HostileTaskIT.class, root.resolve("mark").toString())) {
            assertThat(parent.exitCode()).as(parent.output()).isZero();
            assertThat(parent.output()).startsWith("there are 1 files, tasks are in /tmp/ipcq-process-");
        }
        assertThat(root.resolve("mark")).exists();
    }

    /** A program that starts a child, and says what it has made where. */
    public static void main(String[] arguments) throws Exception {
        ChildProcess child = new ChildProcess(HostileTaskIT::mark, arguments[0]);
        child.start();
        child.join();
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            System.out.println("there are " + files.count() + " files, tasks are in " + RunDirectory.current());
        }
    }
}
