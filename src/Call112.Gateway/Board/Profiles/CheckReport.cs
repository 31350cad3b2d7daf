namespace Call112.Gateway.Board.Profiles;

/// <summary>
/// Collects what the rules find. Invariant: a remedy of the profile turns its finding into a note that tells both; one that answers nothing
/// is told too, for then either the remedy or the profile is not the cabinet's.
/// </summary>
internal sealed class CheckReport(BoardProfile profile, Func<string, int>? lineOf)
{
    /// <summary>Shortest text of a remedy, characters.</summary>
    public const int BuiltMin = 10;

    private readonly List<Finding> _findings = [];
    private readonly HashSet<Remedy> _used = [];

    public IReadOnlyList<Finding> Findings => [.. _findings.OrderByDescending(finding => finding.Severity).ThenBy(finding => finding.FileLine)];

    public void Error(FindingRule rule, string field, string function, string where, string what, string remedy) =>
        Add(Severity.Error, rule, field, function, where, what, remedy);

    public void Warning(FindingRule rule, string field, string function, string where, string what, string remedy) =>
        Add(Severity.Warning, rule, field, function, where, what, remedy);

    public void Note(FindingRule rule, string field, string function, string where, string what, string remedy) =>
        Add(Severity.Note, rule, field, function, where, what, remedy);

    /// <summary>A finding that a remedy of the profile may answer.</summary>
    /// <param name="stillOpen">What the stated remedy lacks to be believed, or null.</param>
    public void Answerable(Severity severity, FindingRule rule, string field, string function, string where, string what, string remedy,
        string? stillOpen = null)
    {
        var stated = profile.Remedies?.FirstOrDefault(stated => stated.Rule == rule && stated.Function == function);
        if (stated is null)
        {
            Add(severity, rule, field, function, where, what, remedy);
            return;
        }

        _used.Add(stated);
        if (stillOpen is null)
            Add(Severity.Note, rule, field, function, where, what, $"Built: {stated.Built.TrimEnd('.')}");
        else
            Add(Severity.Warning, rule, field, function, where, $"{what}; built: {stated.Built.TrimEnd('.')}; but {stillOpen}", remedy);
    }

    public void UnusedRemedies(BoardProfile profile)
    {
        for (var i = 0; i < (profile.Remedies?.Count ?? 0); i++)
            if (ProfileCheck.Remediable.Contains(profile.Remedies![i].Rule) && !_used.Contains(profile.Remedies[i]))
                Warning(
                    FindingRule.RemedyUnused, $"remedies[{i}]", profile.Remedies[i].Function, "",
                        $"a remedy against {profile.Remedies[i].Rule}, which this function does not have",
                    "take it out, or correct its rule or function");
    }

    private void Add(Severity severity, FindingRule rule, string field, string function, string where, string what, string remedy) =>
        _findings.Add(new Finding(severity, rule, field, function, where, what, remedy, lineOf?.Invoke(field) ?? 0));
}
