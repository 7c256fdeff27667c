namespace Dbt.Hypervisor.Lockstep;

/// <summary>One of two machines that run side by side.</summary>
internal sealed class LockstepMachine : IDisposable
{
    private readonly SerialDigest _sent = new();
    private readonly LockstepFault? _fault;
    private bool _damaged;

    public LockstepMachine(MachineConfiguration configuration, Engine engine, LockstepFault? fault)
    {
        // What is compiled in the background is there sooner or later; compiled at once, runs repeat.
        Machine = new VirtualMachine(configuration with { Engine = engine, TranslateInBackground = false });
        Machine.SerialOutput += _sent.Add;
        _fault = fault;
    }

    public VirtualMachine Machine { get; }

    public StopReason Stopped { get; private set; } = StopReason.InstructionLimit;

    public MachineState State => MachineState.Of(Machine, Stopped, _sent);

    public long Retired => Machine.Cpu.Time.Retired;

    public void RunTo(long limit, CancellationToken stop)
    {
        if (_fault is not null && !_damaged && limit >= _fault.After)
        {
            Stopped = Machine.RunTo(_fault.After, stop);
            _fault.Damage(Machine);
            _damaged = true;
        }
        Stopped = Machine.RunTo(limit, stop);
    }

    public void Dispose() => Machine.Dispose();
}
