using System.Reflection.Emit;
using Dbt.Runtime.Translation;
using Dbt.Translator.Emission;
using Dbt.Translator.Instructions;

namespace Dbt.Runtime.Threaded;

/// <summary>The handlers of threaded code, one for each row of the instruction table, compiled when first needed.</summary>
/// <param name="layout">Where the handlers find the guest.</param>
public sealed class HandlerTable(StateLayout layout)
{
    private readonly nint[] _handlers = new nint[InstructionSet.Rows.Count];
    private readonly List<DynamicMethod> _methods = [];

    /// <summary>The function pointer of a row's handler.</summary>
    public nint this[int row] => _handlers[row] != 0 ? _handlers[row] : _handlers[row] = Compile(row);

    private nint Compile(int row)
    {
        var method = new DynamicMethod($"handler_{InstructionSet.Rows[row].Name}", typeof(nint), [typeof(nint), typeof(nint)], typeof(HandlerTable).Module, skipVisibility: true) { InitLocals = false };
        HandlerCompiler.Compile(row, method.GetILGenerator(), layout);
        _methods.Add(method);
        return BackgroundCompiler.Prepare(method);
    }
}
