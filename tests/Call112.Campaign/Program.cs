using Call112.Campaign;

// call112-campaign FOLDER: lists the parts that were written there.
if (args is not [var folder])
{
    Console.Error.WriteLine("usage: Call112.Campaign RESULTS-FOLDER");
    return 2;
}

var parts = Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(CampaignPart.Read).ToList();
foreach (var part in parts)
    Console.WriteLine($"{part.Name,-24} {(part.Failures.Count == 0 ? "passed" : "FAILED")}  {part.Title}");
return parts.TrueForAll(part => part.Failures.Count == 0) ? 0 : 1;
