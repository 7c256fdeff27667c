using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Dbt.Runtime.Execution;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Persistence;
using Dbt.Runtime.Translation;
using Dbt.Translator.Emission;
using Dbt.Translator.Patches;

namespace Dbt.Hypervisor.Engines;

/// <summary>
/// Makes the engine that a configuration names. A new engine is a case here and a name in <see cref="Engine"/>.
/// </summary>
/// <param name="state">The guest's registers.</param>
/// <param name="memory">Who answers when the shadow TLB does not.</param>
/// <param name="hardware">The memory that code is in.</param>
/// <param name="poll">Skips over loops that wait for a device.</param>
public sealed unsafe class EngineFactory(
    GuestState* state, IMemorySystem memory, MachineHardware hardware, PollLoop poll)
{
    /// <summary>An engine.</summary>
    /// <param name="configuration">Which, and how it translates.</param>
    /// <param name="model">The processor.</param>
    /// <param name="patcher">What is patched.</param>
    /// <param name="symbolAt">What the guest calls an address.</param>
    /// <param name="seeExits">Sees what was carried out in the translation cache.</param>
    public IEngine Make(
        MachineConfiguration configuration, ProcessorModel model, SitePatcher patcher, Func<uint, string?> symbolAt,
        Action seeExits)
    {
        if (configuration.Engine == Engine.Interp)
            return Interpreter.Create(model.ByteOrder, state, memory, hardware.Ram);
        AddressMap map = model.AddressMap;
        var window = new LinearWindow(map.Kseg0, hardware.Pmap.Layout.LowBytes, map.UnmappedBytes);
        return new DbtEngine(state, memory, hardware.Ram, poll, new TranslationOptions
        {
            ByteOrder = model.ByteOrder,
            Threshold = configuration.JitThreshold,
            Chain = configuration.Chain,
            Blocks = configuration.TranslateBlocks,
            InlineComputedCalls = configuration.InlineComputedCalls,
            HoldPages = configuration.HoldPages,
            HoldOffsets = configuration.HoldOffsets,
            MostFragments = configuration.MostFragments,
            CountLinks = configuration.CountLinks,
            Translate = configuration.Engine == Engine.Dbt,
            InBackground = configuration.TranslateInBackground,
            Lateness = configuration.Lateness,
            Window = window,
            Patches = patcher.Plan.Translated,
            Sites = patcher.Sites,
            SymbolAt = configuration.NameFragments ? symbolAt : _ => null,
            SeeExits = seeExits,
            Store = StoreOf(configuration, window, patcher.Plan.Translated, model.ByteOrder),
        });
    }

    // Kept code has no names, does not count, looks for what is next, and is regions.
    private static ArchiveStore? StoreOf(
        MachineConfiguration configuration, LinearWindow window, IPatches? patches, ByteOrder order) =>
        configuration is
        {
            TranslationFolder: { } folder, NameFragments: false, CountLinks: false, Chain: true,
            TranslateBlocks: false
        }
            ? new ArchiveStore(
                folder, new ArchiveKey(configuration.KernelName, window, patches, order == ByteOrder.Big))
            : null;
}
