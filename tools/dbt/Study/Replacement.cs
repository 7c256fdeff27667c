using Dbt.Hypervisor.Accounting;
using Dbt.Hypervisor.Memory;
using Dbt.Hypervisor.Privileged;
using Dbt.Translator;
using Dbt.Translator.Instructions;

namespace Dbt.Tool.Study;

/// <summary>What stands for a patched instruction, as text.</summary>
internal static class Replacement
{
    /// <summary>What a policy puts in the place of a sensitive instruction; null where it leaves it.</summary>
    public static string? Of(PatchTable table, PatchPolicy policy, TrapSite site)
    {
        Instruction word = new(site.Word);
        ExitReason reason = InstructionSet.ExitOf(site.Word);
        if (ParavirtualForm.IsReserved(word) || !table.Replaces(reason, word))
            return null;
        string status = Cop0Register.NameOf(Cop0Register.Status);
        string old = word.Rt == 0 ? "" : $"{Disassembler.RegisterName(word.Rt)} = {status}; ";
        switch (reason)
        {
            case ExitReason.Di:
                return $"{old}{status}.IE = 0";
            case ExitReason.Ei:
                return $"{old}{status}.IE = 1; or exit";
            default:
                string text =
                    Disassembler.Format(KvmReplacement.Of(word, AddressMap.KvmGuest.RegisterPage!.Value), site.Pc);
                bool conditional = policy == PatchPolicy.Full && reason == ExitReason.Mtc0
                    && table.RuleOf(reason, word) is { Kind: PatchKind.MoveToStatus } or { Sensitive: not 0 };
                return conditional ? text + "; or exit" : text;
        }
    }
}
