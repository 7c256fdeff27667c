using Dbt.Hypervisor.Memory;
using Dbt.Runtime.Bus;
using Dbt.Runtime.Memory;
using Dbt.Runtime.Time;

namespace Dbt.Hypervisor;

/// <summary>What a processor finds in its machine.</summary>
/// <param name="Clock">The machine's time.</param>
/// <param name="Ram">Host pages.</param>
/// <param name="Memory">To whom those of RAM belong.</param>
/// <param name="Pmap">What lies behind guest physical pages.</param>
/// <param name="Bus">Who answers where nothing does.</param>
public sealed record MachineHardware(Clock Clock, GuestRam Ram, MachineMemory Memory, GuestPmap Pmap, IBusTarget Bus);
