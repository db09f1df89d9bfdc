// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.IpcException;
import io.ipcq.modular.LoaderProgram;
import io.ipcq.modular.ModularProgram;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JvmLauncherIT {

    @TempDir
    Path directory;

    @Test
    void shouldPassOnMeaningButNeitherSizeNorSecrets() throws Exception {
        List<String> options = List.of(
                "-cp",
                System.getProperty("java.class.path"),
                "-ea:io.ipcq...",
                "-Dprogram.setting=1",
                "-Xmx99m",
                "-Xss2m");
        try (Program program = Program.start(directory, options, Family.CommandLine.class.getName())) {
            assertThat(program.exitCode()).as(program.output()).isZero();

            List<String> command = program.output().lines().toList();
            assertThat(command.get(0)).isEqualTo(System.getProperty("java.home") + "/bin/java");
            assertThat(command)
                    .contains("-ea:io.ipcq...", "-Dprogram.setting=1", "-XX:+UseCountedLoopSafepoints")
                    .doesNotContain("-Xmx99m", "-Xss2m")
                    .noneMatch(argument -> argument.contains("secret"));
            assertThat(command.get(command.size() - 2)).isEqualTo("io.ipcq.process.ChildMain");
            assertThat(command.get(command.size() - 1))
                    .startsWith(directory.toString())
                    .endsWith(".task");
        }
    }

    @Test
    void shouldStartChildFromModulePath() throws Exception {
        String modules = String.join(
                File.pathSeparator,
                Jars.jar(directory, "io.ipcq.manager", ChildProcess.class, "io/ipcq/process"),
                Jars.jar(directory, "io.ipcq.shared", IpcException.class, "io/ipcq"),
                Jars.jar(directory, "program", ModularProgram.class, "io/ipcq/modular"));
        try (Program program =
                Program.start(directory, List.of("-p", modules, "-m"), "program/" + ModularProgram.class.getName())) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output()).isEqualTo("hello from module program\nexit code 0\n");
        }
    }

    @Test
    void shouldStartChildFromManifestOnlyJar() throws Exception {
        List<String> options = List.of("-cp", Jars.manifestOnly(directory).toString());
        try (Program program = Program.start(directory, options, Family.OneChild.class.getName())) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output()).isEqualTo("ran\nexit code 0\n");
        }
    }

    /** As the Maven plugin exec:java and other build tools run a program. */
    @Test
    void shouldStartChildOfProgramThatHasLoaderOfItsOwn() throws Exception {
        String launcher = Jars.jar(directory, "launcher", LoaderProgram.class, "io/ipcq/modular");
        List<String> arguments = new ArrayList<>(List.of(Family.OneChild.class.getName()));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            arguments.add(Path.of(entry).toUri().toString());
        }
        try (Program program = Program.start(
                directory, List.of("-cp", launcher), LoaderProgram.class.getName(), arguments.toArray(String[]::new))) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output()).isEqualTo("ran\nexit code 0\n");
        }
    }

    @Test
    void shouldSayWhatToDoInProgramThatIsAnArchiveOfArchives() throws Exception {
        String fat = Jars.fat(directory, LoaderProgram.class).toString();
        String inner = "jar:" + Path.of(fat).toUri() + "!/BOOT-INF/classes/";
        String queue = Jars.jar(directory, "io.ipcq.shared", IpcException.class, "io/ipcq");
        try (Program program = Program.start(
                directory,
                List.of("-cp", fat + File.pathSeparator + queue),
                LoaderProgram.class.getName(),
                Family.OneChild.class.getName(),
                inner,
                Path.of(queue).toUri().toString())) {
            assertThat(program.exitCode()).as(program.output()).isEqualTo(1);
            assertThat(program.output())
                    .contains("source=" + inner)
                    .contains("unpack the program, or give builder(...).classPath(List.of(...))");
        }
    }
}
