// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.IpcException;
import io.ipcq.modular.ModularProgram;
import java.io.File;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
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
                jar("io.ipcq.manager", ChildProcess.class, "io/ipcq/process"),
                jar("io.ipcq.shared", IpcException.class, "io/ipcq"),
                jar("program", ModularProgram.class, "io/ipcq/modular"));
        try (Program program =
                Program.start(directory, List.of("-p", modules, "-m"), "program/" + ModularProgram.class.getName())) {
            assertThat(program.exitCode()).as(program.output()).isZero();
            assertThat(program.output()).isEqualTo("hello from module program\nexit code 0\n");
        }
    }

    /** The jar that a class comes from, or one that is made here of the folder of its compiled package. */
    private String jar(String module, Class<?> type, String folder) throws Exception {
        Path source =
                Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (!Files.isDirectory(source)) {
            return source.toString();
        }
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(new Attributes.Name("Automatic-Module-Name"), module);
        Path jar = directory.resolve(module + ".jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest);
                Stream<Path> classes = Files.walk(source.resolve(folder))) {
            for (Path entry : classes.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(source.relativize(entry).toString()));
                Files.copy(entry, out);
            }
        }
        return jar.toString();
    }
}
