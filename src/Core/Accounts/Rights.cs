using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Accounts;

/// <summary>The one place that decides who may do what (OR-072 to OR-081). A null actor may do nothing.</summary>
public static class Rights
{
    public static bool May(this Actor? actor, string verb, Scope scope) => actor is not null && actor.Grants.Allow(verb, scope);

    /// <summary>Refuses with 403.1 unless the actor has the verb on the scope.</summary>
    public static void Require(this Actor? actor, string verb, Scope scope)
    {
        if (!actor.May(verb, scope))
        {
            throw Problem.NotAllowed().AsException();
        }
    }
}
