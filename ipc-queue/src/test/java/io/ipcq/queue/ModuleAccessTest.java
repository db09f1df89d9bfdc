// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ModuleAccessTest {

    private static final String LIBRARY = "io.ipcq.library";
    private static final String CHRONICLE = "chronicle.engine";

    /** A module without classes. */
    private static final class Empty extends ModuleReference {

        Empty(String name, String itsPackage) {
            super(
                    ModuleDescriptor.newModule(name)
                            .requires("java.base")
                            .packages(Set.of(itsPackage))
                            .build(),
                    null);
        }

        @Override
        public ModuleReader open() throws IOException {
            throw new IOException("there is nothing to read");
        }
    }

    private record Finder(Set<ModuleReference> all) implements ModuleFinder {

        @Override
        public Optional<ModuleReference> find(String name) {
            return all.stream()
                    .filter(module -> module.descriptor().name().equals(name))
                    .findFirst();
        }

        @Override
        public Set<ModuleReference> findAll() {
            return all;
        }
    }

    private static ModuleLayer below(ModuleLayer parent, String name, String itsPackage) {
        Configuration configuration = parent.configuration()
                .resolve(new Finder(Set.of(new Empty(name, itsPackage))), ModuleFinder.of(), Set.of(name));
        return parent.defineModulesWithOneLoader(configuration, ModuleAccessTest.class.getClassLoader());
    }

    /** A container may have libraries in a layer of its own. */
    @Test
    void shouldFindChronicleInLayersAbove() {
        ModuleLayer engine = below(ModuleLayer.boot(), CHRONICLE, "net.openhft.engine");
        ModuleLayer between = below(engine, "between", "org.example.between");
        ModuleLayer library = below(between, LIBRARY, "io.ipcq.library");

        assertThat(ModuleAccess.users(library.findModule(LIBRARY).orElseThrow()))
                .contains(engine.findModule(CHRONICLE).orElseThrow());
    }

    @Test
    void shouldOpenToTheClassPathWhereTheLibraryIsThere() {
        Module unnamed = ModuleAccess.class.getClassLoader().getUnnamedModule();
        assertThat(ModuleAccess.users(unnamed)).containsExactly(unnamed);
    }
}
