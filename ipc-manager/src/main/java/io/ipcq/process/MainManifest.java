// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * The manifest of a program that was started with {@code java -jar}. Its children need the settings of the manifest as
 * options.
 */
final class MainManifest {

    private static final Map<String, String> OPENING =
            Map.of("Add-Opens", "--add-opens=", "Add-Exports", "--add-exports=");
    private static final String NATIVE_ACCESS = "Enable-Native-Access";
    private static final String ALL = "ALL-UNNAMED";

    private MainManifest() {}

    static List<String> options() {
        String jar = System.getProperty("java.class.path", "");
        String command = System.getProperty("sun.java.command", "");
        if (jar.isEmpty() || !(command + " ").startsWith(jar + " ")) {
            return List.of();
        }
        try (JarFile file = new JarFile(jar)) {
            Manifest manifest = file.getManifest();
            return manifest == null ? List.of() : options(manifest);
        } catch (IOException gone) {
            return List.of(); // the program runs without it, and so can its children
        }
    }

    private static List<String> options(Manifest manifest) {
        List<String> options = new ArrayList<>();
        OPENING.forEach((attribute, option) -> {
            String packages = manifest.getMainAttributes().getValue(attribute);
            if (packages != null) {
                for (String each : packages.strip().split(" +", -1)) {
                    options.add(option + each + "=" + ALL);
                }
            }
        });
        // from version 22 on, the JVM reads it, too
        if (Runtime.version().feature() >= 22
                && ALL.equals(manifest.getMainAttributes().getValue(NATIVE_ACCESS))) {
            options.add("--enable-native-access=" + ALL);
        }
        return options;
    }
}
