namespace Call112.Simulation.City;

/// <summary>What was done to a station that loosens a promise, and no more than that one.</summary>
internal sealed class StationMarks
{
    /// <summary>Its disk failed at some time in this run of the process: PUBACK follows the rule of a failing disk (F3).</summary>
    public bool DiskWasBroken { get; set; }

    /// <summary>Its journal was spoiled or thrown away: numbering begins anew (ADR 0008).</summary>
    public bool JournalWasLost { get; set; }

    /// <summary>Reports that left the box from memory may never have been stored: the disk failed and the process died, or the journal was lost.</summary>
    public bool MayHaveLostReports { get; set; }

    /// <summary>There was a second box of this name (F20): its numbers are used twice, and both are named a fault.</summary>
    public bool WasCloned { get; set; }
}
