namespace Call112.System.Tests.Toolkit;

/// <summary>Tests that promise a time: they run when every other has ended, one after the other.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
