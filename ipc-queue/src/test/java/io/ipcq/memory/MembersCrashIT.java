// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.TestJvm;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MembersCrashIT {

    @TempDir
    Path directory;

    private SharedPage page;

    @BeforeEach
    void create() throws IOException {
        page = SharedPage.create(directory);
    }

    @AfterEach
    void leave() {
        page.close();
    }

    /** Joins, says its number, and leaves when told to. */
    static final class Member {
        public static void main(String[] args) throws IOException {
            try (SharedPage page = SharedPage.open(args[0])) {
                System.out.println("number " + page.members.number());
                System.out.println("alive " + page.members.countAlive());
                System.in.read();
            }
            System.out.println("left");
            System.in.read();
        }
    }

    private static int number(TestJvm member) {
        return Integer.parseInt(member.awaitLine("number ").substring("number ".length()));
    }

    @Test
    void shouldSeeProcessUntilItIsKilled() {
        try (TestJvm member = TestJvm.start(Member.class, directory.toString())) {
            int number = number(member);
            assertThat(member.awaitLine("alive")).isEqualTo("alive 2");
            assertThat(page.members.isAlive(number)).isTrue();
            member.stop();
            assertThat(page.members.isAlive(number)).isTrue();
            member.kill();
            assertThat(page.members.isAlive(number)).isFalse();
            assertThat(page.members.anyOtherAlive()).isFalse();
        }
    }

    @Test
    void shouldKeepLocksWhenSomebodyOnlyAsks() throws IOException {
        assertThat(Members.anyAlive(SharedPage.lockFile(directory), page.region, SharedPage.MEMBERS_OFFSET))
                .isTrue();
        SharedPage.open(directory.toString()).close();
        try (TestJvm member = TestJvm.start(Member.class, directory.toString())) {
            assertThat(member.awaitLine("alive")).isEqualTo("alive 2");
        }
    }

    @Test
    void shouldSeeProcessLeave() {
        try (TestJvm member = TestJvm.start(Member.class, directory.toString())) {
            int number = number(member);
            assertThat(page.members.countAlive()).isEqualTo(2);
            member.send("");
            member.awaitLine("left");
            assertThat(page.members.isAlive(number)).isFalse();
        }
    }

    @Test
    void shouldSeeMemberOfAnotherPidNamespace() {
        assumeTrue(canUnshare());
        List<String> unshare = List.of("unshare", "--pid", "--fork", "--kill-child");
        try (TestJvm member = TestJvm.startThrough(unshare, List.of(), Member.class, directory.toString())) {
            int number = number(member);
            assertThat(member.awaitLine("alive")).isEqualTo("alive 2");
            assertThat(page.members.isAlive(number)).isTrue();
            ProcessHandle java = ProcessHandle.of(member.pid())
                    .orElseThrow()
                    .children()
                    .findFirst()
                    .orElseThrow();
            java.destroyForcibly();
            member.exitCode();
            assertThat(page.members.isAlive(number)).isFalse();
        }
    }

    private static boolean canUnshare() {
        try {
            return new ProcessBuilder("unshare", "--pid", "--fork", "true")
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }

    /** Loads the classes twice; each copy joins, the second leaves, the first stays. */
    static final class TwoClassLoaders {
        public static void main(String[] args) throws Exception {
            try (URLClassLoader one = loader();
                    URLClassLoader two = loader()) {
                AutoCloseable first = join(one, args[0]);
                AutoCloseable second = join(two, args[0]);
                System.out.println("joined " + number(first) + " " + number(second));
                second.close();
                System.out.println("second left");
                System.in.read();
                first.close();
                System.out.println("first left");
                System.in.read();
            }
        }

        private static URLClassLoader loader() throws Exception {
            List<URL> urls = new ArrayList<>();
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                urls.add(Path.of(entry).toUri().toURL());
            }
            return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        }

        private static AutoCloseable join(ClassLoader loader, String directory) throws Exception {
            var open = loader.loadClass(SharedPage.class.getName()).getDeclaredMethod("open", String.class);
            open.setAccessible(true);
            return (AutoCloseable) open.invoke(null, directory);
        }

        private static Object number(AutoCloseable page) throws Exception {
            var members = page.getClass().getDeclaredField("members");
            members.setAccessible(true);
            Object value = members.get(page);
            return value.getClass().getMethod("number").invoke(value);
        }
    }

    @Test
    void shouldKeepLockWhenAnotherClassLoaderLeaves() {
        try (TestJvm twice = TestJvm.start(TwoClassLoaders.class, directory.toString())) {
            assertThat(twice.awaitLine("joined")).isEqualTo("joined 2 3");
            twice.awaitLine("second left");
            assertThat(page.members.isAlive(2)).isTrue();
            assertThat(page.members.isAlive(3)).isFalse();
            twice.send("");
            twice.awaitLine("first left");
            assertThat(page.members.isAlive(2)).isFalse();
        }
    }
}
