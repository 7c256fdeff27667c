using System.Reflection.Emit;

namespace Dbt.Translator.Emission;

/// <summary>How emitted code leaves the unit being compiled to the interpreter, as if it had not begun.</summary>
public interface IUnitExits
{
    /// <summary>Leaves it, always.</summary>
    void GiveUp();

    /// <summary>Where to go to leave it.</summary>
    Label GiveUpLabel();
}
