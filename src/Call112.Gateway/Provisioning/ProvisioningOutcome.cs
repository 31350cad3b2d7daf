namespace Call112.Gateway.Provisioning;

/// <summary>What a boot found on the card and in the box, and what became of it.</summary>
internal enum ProvisioningOutcome
{
    /// <summary>The card's station.json is in force; its secret is gone from the card.</summary>
    Provisioned,

    /// <summary>As <see cref="Provisioned"/>; the box was another station, or the data came from another board.</summary>
    Replaced,

    /// <summary>Nothing new on the card; the station.json in force belongs to this board. Nothing was written.</summary>
    Unchanged,

    /// <summary>
    /// The station.json in force was bound to no board (identity.json absent, unreadable, without a serial), or named another station: bound to
    /// this one.
    /// </summary>
    Adopted,

    /// <summary>A station.json is in force, and the board tells no serial: a copied card could not be noticed.</summary>
    Unbound,

    /// <summary>The card's station.json is in force, but lies on the card with its key: it could not be wiped.</summary>
    CardNotWiped,

    /// <summary>The card's station.json was refused; it is still there.</summary>
    Wrong,

    /// <summary>There is no station.json anywhere.</summary>
    Missing,

    /// <summary>The station.json in force cannot be used (F2), and the card brings no new one.</summary>
    Spoiled,

    /// <summary>The data belong to another board (F20), and the card brings no new station.json.</summary>
    Cloned,

    /// <summary>The card could not be read.</summary>
    CardUnreadable,

    /// <summary>The card's station.json is good and could not be stored, or not as a whole; it is still on the card.</summary>
    DataUnwritable,
}

/// <summary>What a run of provisioning came to.</summary>
/// <param name="Station">As people call it, name and id; null when no station is in force.</param>
/// <param name="IsArmed">Whether the gateway has a station.json that it may run with.</param>
/// <param name="English">What the log says, one line.</param>
/// <param name="Indonesian">What a technician reads, line by line.</param>
internal sealed record ProvisioningResult(
    ProvisioningOutcome Outcome, string? Station, bool IsArmed, string English, IReadOnlyList<string> Indonesian)
{
    /// <summary>Exit codes: armed with what is in force; not armed; armed with the former file, what the card holds was not taken.</summary>
    public const int Armed = 0, NotArmed = 1, ArmedWithFormer = 3;

    public int ExitCode => (IsArmed, IsRefusal) switch
    {
        (false, _) => NotArmed,
        (true, true) => ArmedWithFormer,
        (true, false) => Armed,
    };

    /// <summary>Whether somebody has to be told.</summary>
    public bool IsProblem => ExitCode != Armed || Outcome == ProvisioningOutcome.CardNotWiped;

    private bool IsRefusal =>
        Outcome is ProvisioningOutcome.Wrong or ProvisioningOutcome.CardUnreadable or ProvisioningOutcome.DataUnwritable;
}
